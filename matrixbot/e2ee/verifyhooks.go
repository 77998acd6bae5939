//go:build goolm || libolm

package e2ee

import (
	"context"
	"strings"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto/verificationhelper"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// hooks are what the helper calls. It holds its lock meanwhile, so they only note things and
// leave the rest for later.
type hooks struct {
	verifier *verifier
}

var (
	_ verificationhelper.RequiredCallbacks = hooks{}
	_ verificationhelper.ShowSASCallbacks  = hooks{}
)

// VerificationRequested does nothing: the helper hears of no requests.
func (hooks) VerificationRequested(context.Context, id.VerificationTransactionID, id.UserID, id.DeviceID) {
}

// VerificationReady begins what the bot asked for, unless the other side has begun. What the
// other side asked for it has to begin: two beginnings at once fail in many clients.
func (h hooks) VerificationReady(_ context.Context, txn id.VerificationTransactionID, device id.DeviceID, _, _ bool, _ *verificationhelper.QRCode) {
	v := h.verifier
	r := v.find(txn)
	if r == nil {
		return
	}
	if r.Device == "" {
		r.Device = device
	}
	if !r.Ours {
		return
	}
	v.later("begin", func(ctx context.Context) {
		if v.find(txn) != r || r.begun {
			return
		}
		r.begun = true
		if err := v.helper.StartSAS(ctx, txn); err != nil {
			v.machine.log.WarnContext(ctx, "a verification could not begin", "error", err, "user_id", r.User)
			v.cancel(ctx, txn, event.VerificationCancelCodeUnknownMethod, "it could not begin")
		}
	})
}

// ShowSAS shows the emojis to the operator.
func (h hooks) ShowSAS(_ context.Context, txn id.VerificationTransactionID, emojis []rune, names []string, _ []int) {
	v := h.verifier
	r := v.find(txn)
	if r == nil {
		return
	}
	r.shown = true
	shown := make([]Emoji, len(emojis))
	for i := range shown {
		shown[i] = Emoji{Symbol: symbol(emojis[i]), Name: names[i]}
	}
	what, config := r.Verification, &v.machine.config
	v.ask(r, func(ctx context.Context) bool {
		return config.AutoVerify || config.Operator.Compare(ctx, what, shown)
	}, func(ctx context.Context, yes bool) {
		if v.find(txn) == r {
			v.answer(ctx, r, yes)
		}
	})
}

// symbol returns an emoji as the specification has it: with the sign that it is to be shown as
// one, where it would be shown as text.
func symbol(emoji rune) string {
	if strings.ContainsRune("☁☂☎✂✈✏❤", emoji) {
		return string(emoji) + "\ufe0f"
	}
	return string(emoji)
}

// answer passes on whether the emojis were the same ones, and then the MAC that waited for it.
func (v *verifier) answer(ctx context.Context, r *running, same bool) {
	txn := id.VerificationTransactionID(r.ID)
	if !same {
		v.cancel(ctx, txn, event.VerificationCancelCodeSASMismatch, "the emojis are not the same")
		return
	}
	r.confirmed = true
	if err := v.helper.ConfirmSAS(ctx, txn); err != nil {
		v.machine.log.WarnContext(ctx, "a verification could not be confirmed", "error", err, "user_id", r.User)
		v.cancel(ctx, txn, event.VerificationCancelCodeInternalError, "it could not be confirmed")
		return
	}
	if r.mac != nil {
		v.pass(ctx, txn, r.mac)
	}
}

// VerificationCancelled tells the operator. The helper may call it in a goroutine of its own.
func (h hooks) VerificationCancelled(_ context.Context, txn id.VerificationTransactionID, code event.VerificationCancelCode, reason string) {
	v := h.verifier
	v.later("cancelled", func(context.Context) {
		if r := v.find(txn); r != nil {
			v.cancelled(r, code, reason)
		}
	})
}

// VerificationDone sees to what the new trust is good for.
func (h hooks) VerificationDone(ctx context.Context, txn id.VerificationTransactionID, _ event.VerificationMethod) {
	v := h.verifier
	m := v.machine
	r := v.find(txn)
	if r == nil {
		return
	}
	m.revoked.clear(r.User)
	if m.config.SendTo != SendToAll {
		m.mach.OnDevicesChanged(ctx, r.User)
	}
	if r.User == m.client.UserID {
		m.enqueueAdoption(r.Device)
		v.close(txn, nil)
		return
	}
	trusted, err := m.mach.IsUserTrusted(ctx, r.User)
	switch {
	case err == nil && trusted:
		m.told.clear(r.User) // Should their keys be withheld again, they are told again.
	case err == nil:
		err = ErrNoIdentity
	}
	v.close(txn, err)
}

// registrar is a syncer to which the helper says what it wants to hear.
type registrar struct {
	verifier *verifier
}

var _ mautrix.ExtensibleSyncer = registrar{}

// OnEventType keeps a handler.
func (r registrar) OnEventType(typ event.Type, handler mautrix.EventHandler) {
	r.verifier.handlers[typ] = handler
}

// OnEvent does nothing.
func (registrar) OnEvent(mautrix.EventHandler) {}

// OnSync does nothing.
func (registrar) OnSync(mautrix.SyncHandler) {}

// ProcessResponse does nothing.
func (registrar) ProcessResponse(context.Context, *mautrix.RespSync, string) error { return nil }

// OnFailedSync does nothing.
func (registrar) OnFailedSync(*mautrix.RespSync, error) (time.Duration, error) { return 0, nil }

// GetFilterJSON returns nothing.
func (registrar) GetFilterJSON(id.UserID) *mautrix.Filter { return nil }
