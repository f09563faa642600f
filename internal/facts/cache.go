package facts

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"sync"

	"rtbook/runner/gotool"
	"rtbook/runner/store"
)

//go:embed *.go
var code embed.FS

// cache keeps answers, without what the link's text says. There is an entry of
// the store for each toolchain, target and version of this package; in it, an
// answer is under a hash of the reference and, for a package of the book's
// module, of all of the module's source that the package is made of. Problems
// are not kept. A cache without a store keeps nothing.
type cache struct {
	store *store.Store
	entry string // its key

	mu     sync.Mutex
	read   bool
	known  map[string]Answer
	recent map[string]bool // what this process asked for
}

// maxAnswers is how many answers an entry holds at most; then, only what is still
// asked for is kept.
const maxAnswers = 5000

// newCache returns the cache in a store; nil keeps nothing.
func newCache(s *store.Store, tool *gotool.Toolchain) (*cache, error) {
	if s == nil {
		return &cache{}, nil
	}
	h := sha256.New()
	fmt.Fprintf(h, "facts 1\n%s\n%s\n", tool.SourceKey(), runtime.Version())
	err := fs.WalkDir(code, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := code.ReadFile(name)
		fmt.Fprintf(h, "%s %d\n%s", name, len(text), text)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find the cache of facts: %w", err)
	}
	return &cache{store: s, entry: hex.EncodeToString(h.Sum(nil))}, nil
}

// key names a reference. source is the hash of the book's source, or "".
func key(ref Ref, source string) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q %q %t %q %s", ref.Kind, ref.Package, ref.Symbol, ref.Expr, ref.Steps, ref.Not, ref.Lines, source)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// get returns the answer under a key.
func (c *cache) get(key string) (Answer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.read {
		c.read, c.known, c.recent = true, c.load(), make(map[string]bool)
	}
	c.recent[key] = true
	ans, ok := c.known[key]
	ans.Steps = slices.Clone(ans.Steps) // it belongs to the caller
	return ans, ok
}

func (c *cache) load() map[string]Answer {
	known := make(map[string]Answer)
	if c.store == nil {
		return known
	}
	text, ok := c.store.Get(store.Facts, c.entry)
	if !ok || json.Unmarshal(text, &known) != nil {
		return make(map[string]Answer)
	}
	return known
}

// put adds answers that have no problem. If it cannot write, they are found
// again the next time, and nothing else is lost.
func (c *cache) put(answers map[string]Answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.store == nil || len(answers) == 0 {
		return
	}
	// Another process may have added some since.
	all := c.load()
	maps.Copy(all, c.known)
	maps.Copy(all, answers)
	c.known = all
	if len(all) > maxAnswers {
		maps.DeleteFunc(all, func(key string, _ Answer) bool { return !c.recent[key] })
	}
	if text, err := json.Marshal(all); err == nil {
		_ = c.store.Put(store.Facts, c.entry, text)
	}
}
