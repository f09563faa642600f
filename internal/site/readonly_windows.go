package site

// isReadOnly reports nothing: Windows has no error of its own for this.
func isReadOnly(error) bool { return false }
