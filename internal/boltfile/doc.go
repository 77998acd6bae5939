// Package boltfile opens files of the SDK that bbolt keeps. It accepts a file only
// after it has read all of it: one of another program, a damaged one or one from a
// newer version is refused and not changed, with a sentence that says what to do.
package boltfile
