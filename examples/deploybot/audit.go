package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// verifyAudit checks the chain of the audit, that of the settings or a copy.
func (p program) verifyAudit(_ context.Context, args arguments) int {
	path := ""
	if len(args.words) > 0 {
		path = args.words[0]
	} else {
		s, err := p.settings(args)
		if err != nil {
			return p.refuse(err)
		}
		path = s.auditFile()
	}
	file, err := os.Open(path)
	if err != nil {
		return p.fail(err)
	}
	defer file.Close()
	found, err := chatops.VerifyAudit(file)
	if err != nil {
		return p.fail(fmt.Errorf("%s: %w", path, err))
	}
	if found.Entries == 0 {
		fmt.Fprintf(p.stdout, "%s is empty\n", path)
		return statusOK
	}
	fmt.Fprintf(p.stdout, "%s is whole: %d entries, from %d (%s) to %d (%s)\nsum of the last line: %s\n", path, found.Entries,
		found.First, found.From.UTC().Format(time.DateTime), found.Last, found.To.UTC().Format(time.DateTime), found.Sum)
	return statusOK
}
