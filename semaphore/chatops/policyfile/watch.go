package policyfile

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// lookEvery is how often the file is looked at.
const lookEvery = time.Second

// Watch calls apply with the policy in the file, at the beginning and whenever it has changed, or refuse with what is
// wrong, once for each state of the file; that it is gone is such a state. It calls one of them at a time and blocks until
// ctx ends, then returns the cause.
//
// A file is read when it has been the same for two looks, which are a second apart, so that one that is being written is
// not taken for whole. One that was cut short for good, as by a full disk, may still look whole, without its last rules. So
// a file that is only the beginning of the one in force is refused, unless it ends with a line of three dots, which in YAML
// end a document: that is how to say that it is to be shorter. Whoever always ends the file so is safe from being cut short
// while it is changed too: from then on Watch refuses a file without them.
func Watch(ctx context.Context, path string, apply func(chatops.Policy), refuse func(error)) error {
	w := watcher{path: path, apply: apply, refuse: refuse}
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		w.look()
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticker.C:
		}
	}
}

type watcher struct {
	path   string
	apply  func(chatops.Policy)
	refuse func(error)

	known  *[32]byte // Of the content that was dealt with last.
	seen   *[32]byte // Of the content at the last look.
	failed string    // Why it could not be read, if that was told.
	misses int       // How many looks in a row could not read it.
	force  []byte    // The content in force, without what is blank at its end.
}

// look deals with what is new. An editor that saves by putting another file in place leaves none for a moment.
func (w *watcher) look() {
	content, err := read(w.path)
	if err != nil {
		if w.misses++; w.misses > 1 && err.Error() != w.failed {
			w.failed = err.Error()
			w.refuse(fmt.Errorf("policyfile: %w", err))
		}
		return
	}
	sum := sha256.Sum256(content)
	settled := w.seen != nil && *w.seen == sum
	w.misses, w.seen = 0, &sum
	if !settled || w.failed == "" && w.known != nil && *w.known == sum {
		return
	}
	w.known, w.failed = &sum, ""
	policy, err := parse(w.path, content)
	whole := bytes.TrimRight(content, " \t\r\n")
	if err == nil && !ended(whole) {
		err = w.cut(whole)
	}
	if err != nil {
		w.refuse(err)
		return
	}
	w.force = whole
	w.apply(policy)
}

// cut says why a file that does not end with three dots may have been cut short.
func (w *watcher) cut(content []byte) error {
	const remedy = "if it is to be so, write ... as its last line"
	switch {
	case ended(w.force):
		return fmt.Errorf("policyfile: %s: the three dots at its end are gone, so it may have been cut short; %s", w.path, remedy)
	case len(content) < len(w.force) && bytes.HasPrefix(w.force, content):
		return fmt.Errorf("policyfile: %s: this is only the beginning of what is in force, so it may be half written; %s", w.path, remedy)
	}
	return nil
}

// ended says whether the last line is three dots.
func ended(content []byte) bool { return bytes.HasSuffix(content, []byte("\n...")) }
