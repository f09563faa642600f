package store

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestMain lets a test start this binary as another process that uses a store.
func TestMain(m *testing.M) {
	if dir := os.Getenv("STORE_TEST_DIR"); dir != "" {
		seed, _ := strconv.ParseUint(os.Getenv("STORE_TEST_SEED"), 10, 64)
		rounds, _ := strconv.Atoi(os.Getenv("STORE_TEST_ROUNDS"))
		if err := use(dir, seed, rounds); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// use reads, writes, trims and empties a store, and looks whether what it reads
// is what somebody wrote.
func use(dir string, seed uint64, rounds int) error {
	random := rand.New(rand.NewPCG(seed, 0))
	s := &Store{Dir: dir, Limit: 20 * block}
	for range rounds {
		name := fmt.Sprint(random.IntN(30))
		data := strings.Repeat(name+"\n", 1+random.IntN(3000))
		switch n := random.IntN(100); {
		case n == 0:
			if _, err := s.Clean(); err != nil {
				return err
			}
		case n < 10:
			if err := s.Settle(); err != nil {
				return err
			}
		case n < 50:
			if err := s.Put(Results, Key(name), []byte(data)); err != nil {
				return err
			}
		default:
			got, _ := s.Get(Results, Key(name))
			if len(got)%len(name+"\n") != 0 || strings.Repeat(name+"\n", len(got)/len(name+"\n")) != string(got) {
				return fmt.Errorf("the entry of %s is %.100q", name, got)
			}
		}
	}
	return nil
}

func start(t *testing.T, dir string, seed uint64, rounds int, out *strings.Builder) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "STORE_TEST_DIR="+dir, fmt.Sprintf("STORE_TEST_SEED=%d", seed), fmt.Sprintf("STORE_TEST_ROUNDS=%d", rounds))
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

func TestProcessesAtOnce(t *testing.T) {
	dir, seed := t.TempDir(), rand.Uint64()
	t.Logf("seed %d", seed)
	outs := make([]strings.Builder, 4)
	var all []*exec.Cmd
	for i := range outs {
		all = append(all, start(t, dir, seed+uint64(i), 500, &outs[i]))
	}
	for i, cmd := range all {
		if err := cmd.Wait(); err != nil {
			t.Errorf("process %d: %v\n%s", i, err, &outs[i])
		}
	}
}

// TestKilled ends writers at any moment: no entry is ever half of one, the
// store works on, and what they left behind is removed.
func TestKilled(t *testing.T) {
	dir, seed := t.TempDir(), rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	for i := range uint64(15) {
		var out strings.Builder
		cmd := start(t, dir, seed+i, 1e9, &out)
		time.Sleep(time.Duration(random.IntN(20)) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // killed
		if out.Len() > 0 {
			t.Fatalf("the process said %s", &out)
		}
		files, _ := filepath.Glob(filepath.Join(dir, "results", "*", "*"))
		for _, f := range files {
			key := filepath.Base(filepath.Dir(f)) + filepath.Base(f)
			if _, ok := (&Store{Dir: dir}).Get(Results, key); !ok {
				t.Errorf("entry %s is damaged", key)
			}
		}
	}
	if err := use(dir, seed, 200); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestGoroutinesAtOnce(t *testing.T) {
	s, seed := &Store{Dir: t.TempDir(), Limit: 20 * block}, rand.Uint64()
	t.Logf("seed %d", seed)
	errs := make(chan error)
	for i := range uint64(4) {
		go func() { errs <- use(s.Dir, seed+i, 100) }()
		go func() {
			for n := range 100 {
				if err := s.Put(Results, Key(fmt.Sprint(n%30)), []byte(fmt.Sprintln(n%30))); err != nil {
					errs <- err
					return
				}
			}
			errs <- s.Settle()
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}
