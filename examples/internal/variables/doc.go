// Package variables finds slips of the hand in the names of environment
// variables, which would else pass for "not set". A program has a prefix of its
// own, under which every name that it does not know is a mistake, and settings
// under prefixes that other programs have too, where only a name that is nearly
// one of them is worth a remark:
//
//	remarks, err := variables.Check(os.Environ(), "DEPLOY_", []string{"DEPLOY_DATA", "MATRIX_USER"})
//
// No value is in what it returns.
package variables
