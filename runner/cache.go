package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2/maybe"
)

// Cache keeps the results of programs that ran to their end, by content
// address. Nothing else is kept: a failure is run again each time. An entry
// is whole or absent, and is verified when read; a damaged one counts as
// absent and is replaced by the next run.
//
// A nil *Cache keeps nothing.
type Cache struct {
	Dir string
}

// entry is the file of one result.
type entry struct {
	Sum     string   `json:"sum"`     // of the key and the outputs
	Outputs []string `json:"outputs"` // by cell
}

func (e entry) checksum(key string) string {
	h := sha256.New()
	put(h, key)
	put(h, e.Outputs...)
	return hex.EncodeToString(h.Sum(nil))
}

func (c *Cache) file(key string) string {
	return filepath.Join(c.Dir, "results", key[:2], key[2:]+".json")
}

// get returns the outputs stored under key for a program of n cells.
func (c *Cache) get(key string, n int) ([]string, bool) {
	if c == nil {
		return nil, false
	}
	data, err := os.ReadFile(c.file(key))
	if err != nil {
		return nil, false
	}
	var e entry
	if json.Unmarshal(data, &e) != nil || len(e.Outputs) != n || e.Sum != e.checksum(key) {
		return nil, false
	}
	return e.Outputs, true
}

// put stores the outputs of a program under key. Output that is not UTF-8 is
// not stored, since JSON would change it.
func (c *Cache) put(key string, outputs []string) error {
	if c == nil {
		return nil
	}
	e := entry{Outputs: outputs}
	e.Sum = e.checksum(key)
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	var back entry
	if json.Unmarshal(data, &back) != nil || back.checksum(key) != e.Sum {
		return nil
	}
	file := c.file(key)
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	return maybe.WriteFile(file, data, 0o666)
}
