//go:build goolm || libolm

package e2ee

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.mau.fi/util/jsontime"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto/verificationhelper"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

const (
	// maxVerifications is how many may be under way at once; further requests are ignored.
	maxVerifications = 16

	// verifyTime is how long a verification may take, as the specification says.
	verifyTime = 10 * time.Minute

	// maxAhead is how far ahead of ours the clock of the other side may be.
	maxAhead = 5 * time.Minute

	// maxTransactionID is how long the id of a transaction may be, in bytes.
	maxTransactionID = 255
)

// verifier runs verifications by emojis. What is in the messages is the business of mautrix's
// helper; the verifier decides which messages reach it, when, and in which form: the helper
// trusts their sender, fails when it hears the other side's MAC before the operator has
// confirmed, takes the id of an event in a room for that of the transaction, and for each
// request leaves a goroutine behind that nobody can stop, which is why it sees no requests.
type verifier struct {
	machine  *Machine
	store    verificationhelper.VerificationStore
	helper   *verificationhelper.VerificationHelper
	handlers map[event.Type]func(context.Context, *event.Event)
	wg       sync.WaitGroup // of operators who are asked, and timers

	mu     sync.Mutex
	within func(f func(ctx context.Context))                                                       // calls f with the context of Run; nil while that does not run
	derive func(late func()) (within func(f func(ctx context.Context)), cancel context.CancelFunc) // makes a context for a verification
	active map[id.VerificationTransactionID]*running
}

// running is a verification that is under way. Only the goroutine that speaks to the helper
// uses it.
type running struct {
	Verification

	within    func(f func(ctx context.Context)) // calls f with a context that ends with the verification
	cancel    context.CancelFunc
	begun     bool         // somebody sent the start event
	shown     bool         // the operator sees the emojis
	confirmed bool         // the operator has confirmed them
	mac       *event.Event // that came before
}

func newVerifier(m *Machine, store verificationhelper.VerificationStore) *verifier {
	return &verifier{
		machine: m, store: store, active: map[id.VerificationTransactionID]*running{},
		handlers: map[event.Type]func(context.Context, *event.Event){},
	}
}

// init makes the helper. Verifications of an earlier process cannot go on: nobody knows what
// the operator saw.
func (v *verifier) init(ctx context.Context) error {
	old, err := v.store.GetAllVerificationTransactions(ctx)
	if err != nil {
		return fmt.Errorf("read old verifications: %w", err)
	}
	for _, txn := range old {
		if err := v.store.DeleteVerification(ctx, txn.TransactionID); err != nil {
			return fmt.Errorf("remove an old verification: %w", err)
		}
	}
	client := v.machine.client
	v.helper = verificationhelper.NewVerificationHelper(client, v.machine.mach, v.store, hooks{v}, false, false, true)
	syncer := client.Syncer
	client.Syncer = registrar{v} // the helper says to it which events it wants
	defer func() { client.Syncer = syncer }()
	return v.helper.Init(ctx)
}

// begin lets verifications take place until ctx ends.
func (v *verifier) begin(ctx context.Context) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.within = func(f func(context.Context)) { f(ctx) }
	v.derive = func(late func()) (func(func(context.Context)), context.CancelFunc) {
		ctx, cancel := context.WithTimeoutCause(ctx, verifyTime, errTooLate)
		v.wg.Go(func() {
			<-ctx.Done()
			if errors.Is(context.Cause(ctx), errTooLate) {
				late()
			}
		})
		return func(f func(context.Context)) { f(ctx) }, cancel
	}
}

// end waits for everything that was asked or timed, and lets no verification go on.
func (v *verifier) end() {
	v.mu.Lock()
	v.within = nil
	for txn, r := range v.active {
		r.cancel()
		delete(v.active, txn)
	}
	v.mu.Unlock()
	v.wg.Wait()
}

// open notes a verification. It returns nil where there are too many, or Run does not run.
func (v *verifier) open(what Verification) *running {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.within == nil || len(v.active) >= maxVerifications {
		return nil
	}
	txn := id.VerificationTransactionID(what.ID)
	r := &running{Verification: what}
	r.within, r.cancel = v.derive(func() {
		v.later("timeout", func(ctx context.Context) { v.cancel(ctx, txn, event.VerificationCancelCodeTimeout, "it took too long") })
	})
	v.active[txn] = r
	return r
}

var errTooLate = errors.New("the verification took too long")

// find returns what is known of a transaction, as it is now, or nil.
func (v *verifier) find(txn id.VerificationTransactionID) *running {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.active[txn]
}

// later runs something in the one goroutine that speaks to the helper.
func (v *verifier) later(what string, do func(context.Context)) {
	v.machine.enqueue("verification: "+what, func(ctx context.Context) {
		ctx, unlock := v.machine.lockIdentity(ctx)
		defer unlock()
		do(ctx)
	})
}

// spawn calls f in a goroutine for which end waits, unless Run has ended.
func (v *verifier) spawn(f func(ctx context.Context)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if within := v.within; within != nil {
		v.wg.Go(func() { within(f) })
	}
}

// ask asks the operator something, in a goroutine of its own, and passes the answer on.
func (v *verifier) ask(r *running, question func(ctx context.Context) bool, answer func(ctx context.Context, yes bool)) {
	v.spawn(func(context.Context) {
		r.within(func(ctx context.Context) {
			yes := false
			v.machine.recovered("operator", func() { yes = question(ctx) })
			if ctx.Err() == nil {
				v.later("answer", func(ctx context.Context) { answer(ctx, yes) })
			}
		})
	})
}

// close ends a verification and tells the operator.
func (v *verifier) close(txn id.VerificationTransactionID, err error) {
	v.mu.Lock()
	r := v.active[txn]
	delete(v.active, txn)
	v.mu.Unlock()
	if r == nil {
		return
	}
	r.cancel()
	m := v.machine
	if err != nil {
		m.log.Info("verification cancelled", "user_id", r.User, "error", err)
	} else {
		m.log.Info("verification done", "user_id", r.User, "device_id", r.Device)
	}
	if what := r.Verification; m.config.Operator.Ended != nil {
		v.spawn(func(ctx context.Context) {
			m.recovered("operator", func() { m.config.Operator.Ended(ctx, what, err) })
		})
	}
}

// cancel cancels a verification from our side.
func (v *verifier) cancel(ctx context.Context, txn id.VerificationTransactionID, code event.VerificationCancelCode, reason string) {
	r := v.find(txn)
	if r == nil {
		return
	}
	if err := v.helper.CancelVerification(ctx, txn, code, reason); err != nil {
		_ = v.helper.DismissVerification(ctx, txn) // the other side will time out
	}
	v.cancelled(r, code, reason)
}

// cancelled ends a verification that came to nothing.
func (v *verifier) cancelled(r *running, code event.VerificationCancelCode, reason string) {
	if r.confirmed && r.User != v.machine.client.UserID {
		v.machine.revoked.set(r.User) // mautrix may have signed already
	}
	v.close(id.VerificationTransactionID(r.ID), &CancelledError{Code: string(code), Reason: reason})
}

// Verify asks somebody, on all of their devices, to verify the bot by comparing emojis, and
// returns the id of the verification. What follows goes through Config.Operator. Run has to
// run.
func (m *Machine) Verify(ctx context.Context, user id.UserID) (string, error) {
	return m.startVerification(ctx, Verification{User: user, Ours: true}, func(ctx context.Context, txn *verificationhelper.VerificationTransaction) error {
		if err := m.fetchLists(ctx, []id.UserID{user}); err != nil {
			return err
		}
		devices, err := m.store.GetDevices(ctx, user)
		if err != nil {
			return err
		}
		txn.TransactionID = id.NewVerificationTransactionID()
		content := &event.Content{Parsed: &event.VerificationRequestEventContent{
			ToDeviceVerificationEvent: event.ToDeviceVerificationEvent{TransactionID: txn.TransactionID},
			FromDevice:                m.client.DeviceID, Methods: verifyMethods, Timestamp: jsontime.UnixMilliNow(),
		}}
		to := map[id.DeviceID]*event.Content{}
		for device := range devices {
			if user != m.client.UserID || device != m.client.DeviceID {
				to[device] = content
				txn.SentToDeviceIDs = append(txn.SentToDeviceIDs, device)
			}
		}
		if len(to) == 0 {
			return fmt.Errorf("%s has no other device", user)
		}
		req := &mautrix.ReqSendToDevice{Messages: map[id.UserID]map[id.DeviceID]*event.Content{user: to}}
		_, err = m.client.SendToDevice(ctx, event.ToDeviceVerificationRequest, req)
		return err
	})
}

// VerifyIn is [Machine.Verify], but asks in a room, as clients do between two people.
func (m *Machine) VerifyIn(ctx context.Context, room id.RoomID, user id.UserID) (string, error) {
	what := Verification{User: user, Room: room, Ours: true}
	return m.startVerification(ctx, what, func(ctx context.Context, txn *verificationhelper.VerificationTransaction) error {
		// The helper would encrypt this twice.
		resp, err := m.client.SendMessageEvent(ctx, room, event.EventMessage, &event.MessageEventContent{
			MsgType: event.MsgVerificationRequest, To: user, FromDevice: m.client.DeviceID, Methods: verifyMethods,
			Body: fmt.Sprintf("%s wants to verify you, but your client cannot do that here.", m.client.UserID),
		})
		if err == nil {
			txn.TransactionID = id.VerificationTransactionID(resp.EventID)
		}
		return err
	})
}

// verifyMethods is what the bot can do.
var verifyMethods = []event.VerificationMethod{event.VerificationMethodSAS}

// startVerification sends a request and waits for what comes of it. send sets the id of the
// transaction.
func (m *Machine) startVerification(ctx context.Context, what Verification, send func(context.Context, *verificationhelper.VerificationTransaction) error) (string, error) {
	if err := m.started(); err != nil {
		return "", fmt.Errorf("e2ee: verify: %w", err)
	}
	if !m.verify.willing() {
		return "", errors.New("e2ee: verify: Config.Operator has nobody to compare emojis (set Operator.Compare)")
	}
	ctx, unlock := m.lockIdentity(ctx) // or the answer could come before it is expected
	defer unlock()
	txn := verificationhelper.VerificationTransaction{
		ExpirationTime: jsontime.UM(time.Now().Add(verifyTime)), RoomID: what.Room, TheirUserID: what.User,
		VerificationState: verificationhelper.VerificationStateRequested,
	}
	err := send(ctx, &txn)
	if err == nil {
		err = m.verify.store.SaveVerificationTransaction(ctx, txn)
	}
	if err != nil {
		return "", fmt.Errorf("e2ee: verify: %w", err)
	}
	what.ID = string(txn.TransactionID)
	if m.verify.open(what) == nil {
		_ = m.verify.helper.CancelVerification(ctx, txn.TransactionID, event.VerificationCancelCodeUser, "")
		return "", errors.New("e2ee: verify: Run does not run, or too many verifications are under way")
	}
	return what.ID, nil
}

// willing says whether somebody, or AutoVerify, confirms emojis.
func (v *verifier) willing() bool {
	return v.machine.config.Operator.Compare != nil || v.machine.config.AutoVerify
}
