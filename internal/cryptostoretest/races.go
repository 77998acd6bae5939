//go:build goolm || libolm

package cryptostoretest

import (
	"fmt"
	"sync"
	"sync/atomic"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/id"
)

// atOnce runs fn in many goroutines and returns the first error.
func atOnce(fn func(i int) error) error {
	var wg sync.WaitGroup
	errs := make([]error, 16)
	for i := range errs {
		wg.Go(func() { errs[i] = fn(i) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func raceCases() []testCase {
	return []testCase{
		{"one of many events gets a message index", func(p *probe) {
			var accepted atomic.Int64
			p.ok("validate", atOnce(func(i int) error {
				ok, err := p.ValidateMessageIndex(p.ctx, "session", id.EventID(fmt.Sprintf("$%d", i)), 5, 1000)
				if ok {
					accepted.Add(1)
				}
				return err
			}))
			p.equal("accepted", accepted.Load(), int64(1))
		}},
		{"one Megolm session at work in many places", func(p *probe) {
			out, in := p.megolm(room)
			message := p.encrypt(out, "hello")
			p.write("put", p.PutGroupSession(p.ctx, in))
			p.ok("use", atOnce(func(i int) error {
				session, err := p.GetGroupSession(p.ctx, room, in.ID())
				if err != nil {
					return err
				}
				if i%2 == 0 {
					_, err = session.Internal.Export(session.Internal.FirstKnownIndex())
					return err
				}
				if _, _, err = session.Internal.Decrypt(append([]byte(nil), message...)); err != nil {
					return err
				}
				session.RatchetSafety.NextIndex++
				return p.PutGroupSession(p.ctx, session)
			}))
			p.reopen()
			p.decrypts(in.ID(), message, "hello")
		}},
		{"one pointer for an Olm session in many places", func(p *probe) {
			_, theirs, k := p.olmPair()
			p.write("add", p.AddSession(p.ctx, k, theirs))
			found := make([]*crypto.OlmSession, 16)
			p.ok("fetch", atOnce(func(i int) (err error) {
				found[i], err = p.GetLatestSession(p.ctx, k)
				return err
			}))
			for _, session := range found {
				if session != found[0] {
					p.failf("two pointers for one session")
				}
			}
		}},
		{"everything at once", func(p *probe) {
			p.ok("use", atOnce(func(i int) error {
				userID := id.UserID(fmt.Sprintf("@user%d:example.org", i%4))
				if err := p.PutDevices(p.ctx, userID, deviceMap(newDevice(userID, "PHONE"))); err != nil {
					return err
				}
				if _, err := p.GetDevices(p.ctx, userID); err != nil {
					return err
				}
				if err := p.PutCrossSigningKey(p.ctx, userID, id.XSUsageMaster, "key"); err != nil {
					return err
				}
				if err := p.PutSecret(p.ctx, id.SecretXSMaster, "secret"); err != nil {
					return err
				}
				return p.Flush(p.ctx)
			}))
			p.reopen()
			for i := range 4 {
				devices, err := p.GetDevices(p.ctx, id.UserID(fmt.Sprintf("@user%d:example.org", i)))
				p.ok("devices", err)
				p.equal("devices", len(devices), 1)
			}
		}},
	}
}
