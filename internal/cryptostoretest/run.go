//go:build goolm || libolm

package cryptostoretest

import (
	"context"
	"fmt"
	"reflect"
	"testing"

	"maunium.net/go/mautrix/crypto"
)

// Opener opens the store that is kept in one place. It closes the one that it opened before,
// with nothing lost.
type Opener func() (crypto.Store, error)

// Run plays every case as a subtest of t, with the store opened anew after each write, and once
// more with the store opened once. For each it asks newPlace for a place with an empty
// store. Of the cases named in deviations, with the reason, it expects that they fail.
func Run(t *testing.T, newPlace func(t *testing.T) Opener, deviations map[string]string) {
	t.Helper()
	known := make(map[string]bool)
	for _, c := range cases() {
		known[c.name] = true
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := play(&probe{ctx: t.Context(), open: newPlace(t)}, c.play)
			if err == nil {
				err = play(&probe{ctx: t.Context(), open: newPlace(t), stays: true}, c.play)
			}
			reason, deviates := deviations[c.name]
			switch {
			case err != nil && deviates:
				t.Logf("known: %s (%v)", reason, err)
			case err != nil:
				t.Error(err)
			case deviates:
				t.Errorf("no deviation any more (remove it from the table): %s", reason)
			}
		})
	}
	for name := range deviations {
		if !known[name] {
			t.Errorf("there is no case %q", name)
		}
	}
}

// testCase is one thing that a store must do.
type testCase struct {
	name string
	play func(p *probe)
}

func cases() []testCase {
	var all []testCase
	all = append(all, accountCases()...)
	all = append(all, olmCases()...)
	all = append(all, hashCases()...)
	all = append(all, inboundCases()...)
	all = append(all, withheldCases()...)
	all = append(all, redactCases()...)
	all = append(all, listCases()...)
	all = append(all, outboundCases()...)
	all = append(all, indexCases()...)
	all = append(all, deviceCases()...)
	all = append(all, trustCases()...)
	all = append(all, raceCases()...)
	return all
}

// probe is a store under test. Its checks panic with a failure.
type probe struct {
	crypto.Store

	ctx  context.Context //nolint:containedctx // that of one case, in every call of it
	open Opener

	stays bool // the store is not opened anew
}

type failure string

// play runs one case and returns what did not hold.
func play(p *probe, fn func(*probe)) (err error) {
	defer func() {
		if what := recover(); what != nil {
			f, ok := what.(failure)
			if !ok {
				panic(what)
			}
			err = fmt.Errorf("%s (opened once: %t)", string(f), p.stays)
		}
	}()
	p.reopen()
	fn(p)
	return nil
}

// reopen lets the store forget what is not on the disk.
func (p *probe) reopen() {
	if p.Store != nil && p.stays {
		return
	}
	if p.Store != nil {
		p.ok("flush", p.Flush(p.ctx))
	}
	store, err := p.open()
	p.ok("open", err)
	p.Store = store
}

// write checks that a write succeeded, and opens the store anew.
func (p *probe) write(what string, err error) {
	p.ok(what, err)
	p.reopen()
}

func (p *probe) ok(what string, err error) {
	if err != nil {
		p.failf("%s: %v", what, err)
	}
}

func (p *probe) equal(what string, got, want any) {
	if !reflect.DeepEqual(got, want) {
		p.failf("%s: got %#v, want %#v", what, got, want)
	}
}

func (p *probe) failf(format string, args ...any) { panic(failure(fmt.Sprintf(format, args...))) }

// get checks that a read succeeded and returns what was read.
func get[T any](p *probe, what string) func(T, error) T {
	return func(value T, err error) T {
		p.ok(what, err)
		return value
	}
}
