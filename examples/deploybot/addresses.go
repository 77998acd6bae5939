package main

import (
	"errors"
	"fmt"
	"strings"
)

// checkAddresses refuses addresses with a secret in them, before anybody shows
// them.
func (s *settings) checkAddresses() error {
	var wrong []error
	for _, each := range s.list() {
		text, ok := each.value.(*string)
		if ok && each.argument == "URL" && strings.ContainsAny(*text, "@?#") {
			wrong = append(wrong, fmt.Errorf("%s (%s): an address has no user, password, query or fragment: "+
				"write it as https://host.example.org, the secret has a setting of its own", each.key, each.variable))
		}
	}
	return errors.Join(wrong...)
}
