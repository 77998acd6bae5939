// Package yamlfile reads YAML files that people write: configuration and policies. It is strict, so that a slip of the
// hand never passes for "not set": unknown keys, keys given twice, wrong types and values that a type refuses are all
// errors, and each names its line and what was probably meant.
//
// A type that is read from a file is a struct whose fields have a yaml tag. Fields without one are left alone, embedded
// structs without one are read as if their fields stood in the outer struct:
//
//	type config struct {
//		Rooms   []string      `yaml:"rooms"`
//		Confirm time.Duration `yaml:"confirm"` // As 5m or 1h30m.
//		Role    role          `yaml:"role"`    // Read by its UnmarshalText, whose error is given the line.
//	}
package yamlfile
