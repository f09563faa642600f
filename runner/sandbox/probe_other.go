//go:build !unix

package sandbox

// probe returns why mechanisms are missing, by their names.
func probe() map[string]string {
	missing := make(map[string]string)
	for _, m := range mechanisms {
		missing[m.name] = "not on this system"
	}
	return missing
}
