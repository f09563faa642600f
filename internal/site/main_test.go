package site

import (
	"log"
	"os"
	"testing"
)

// TestMain keeps the lock files of the tests out of the system's folder, and stops
// the browser.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "rtbook-site-test")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		if err := os.Setenv(name, dir); err != nil {
			log.Fatal(err)
		}
	}
	m.Run()
	if theBrowser.stop != nil {
		theBrowser.stop()
	}
}
