package pipeline

import (
	"errors"
	"fmt"
	"io/fs"

	"rtbook/runner/store"
)

// Clean empties a cache: results, what is known of export data, and records.
// It needs no book. A folder that is no cache is a [UsageError]; one that is
// not there has nothing to remove.
func Clean(dir string) (store.Cleaned, error) {
	s := &store.Store{Dir: dir}
	c, err := s.Clean()
	var foreign *store.ForeignError
	switch {
	case errors.As(err, &foreign):
		return c, &UsageError{fmt.Sprintf("%v: nothing was removed; RTBOOK_CACHE names another folder", err)}
	case errors.Is(err, fs.ErrNotExist):
		return c, nil
	case err != nil:
		return c, &EnvironmentError{fmt.Errorf("empty the cache: %w", err)}
	}
	return c, nil
}
