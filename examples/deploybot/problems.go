package main

import (
	"errors"
	"fmt"
)

// problems returns the errors that were joined in one.
func problems(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, each := range joined.Unwrap() {
		all = append(all, problems(each)...)
	}
	return all
}

// atEachLine puts the name of a file before each of the joined errors.
func atEachLine(path string, err error) error {
	var all []error
	for _, each := range problems(err) {
		all = append(all, fmt.Errorf("%s: %w", path, each))
	}
	return errors.Join(all...)
}
