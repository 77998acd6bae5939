//go:build goolm || libolm

package e2ee

import (
	"context"
	"slices"
	"strings"
	"time"

	"go.mau.fi/util/jsontime"
	"maunium.net/go/mautrix/crypto/verificationhelper"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// receive takes an event of a verification, from a room or to the device. It may be from
// anybody.
func (v *verifier) receive(evt *event.Event) {
	copied := *evt
	if copied.Type.Class == event.ToDeviceEventType {
		copied.ID, copied.RoomID = "", "" // whatever the sender wrote there
	}
	v.later("event", func(ctx context.Context) { v.handle(ctx, &copied) })
}

func (v *verifier) handle(ctx context.Context, evt *event.Event) {
	if isRequest(evt) {
		v.handleRequest(ctx, evt)
		return
	}
	txn := transactionOf(evt)
	r := v.find(txn)
	if r == nil || r.Room != evt.RoomID {
		return
	}
	if evt.Sender != r.User {
		v.handleOwn(ctx, r, evt)
		return
	}
	step := strings.TrimPrefix(evt.Type.Type, "m.key.verification.")
	switch step {
	case "ready", "start":
		device, _ := evt.Content.Raw["from_device"].(string)
		if device == "" || r.Device != "" && r.Device != id.DeviceID(device) {
			return // another device of the other side, or of somebody who writes its name
		}
		if step == "start" {
			r.begun = true
		}
	case "mac":
		if !r.shown || r.mac != nil {
			return // there is nothing yet that it could be about
		}
		if r.mac = evt; !r.confirmed {
			return // held back until the operator has confirmed
		}
	case "accept", "key", "done":
	case "cancel":
		content := evt.Content.AsVerificationCancel()
		v.pass(ctx, txn, evt)
		v.cancelled(r, content.Code, content.Reason)
		return
	default:
		return
	}
	v.pass(ctx, txn, evt)
}

// pass hands an event to the helper, in a room with the id of the transaction in place of its
// own.
func (v *verifier) pass(ctx context.Context, txn id.VerificationTransactionID, evt *event.Event) {
	if evt.RoomID != "" {
		evt.ID = id.EventID(txn)
	}
	if handler := v.handlers[event.Type{Type: evt.Type.Type, Class: classOf(evt)}]; handler != nil {
		handler(ctx, evt)
	}
}

func classOf(evt *event.Event) event.TypeClass {
	if evt.RoomID == "" {
		return event.ToDeviceEventType
	}
	return event.MessageEventType
}

// handleOwn takes what the bot itself sent: nothing of it is news, but that another device of
// the bot went on with a verification that was asked for in a room.
func (v *verifier) handleOwn(ctx context.Context, r *running, evt *event.Event) {
	device, _ := evt.Content.Raw["from_device"].(string)
	elsewhere := device != "" && id.DeviceID(device) != v.machine.client.DeviceID
	if evt.Sender == v.machine.client.UserID && !r.Ours && !r.begun && elsewhere && evt.Type.Type == event.InRoomVerificationReady.Type {
		txn := id.VerificationTransactionID(r.ID)
		_ = v.helper.DismissVerification(ctx, txn)
		v.close(txn, &CancelledError{Code: string(event.VerificationCancelCodeAccepted), Reason: "another device of the bot goes on with it"})
	}
}

func isRequest(evt *event.Event) bool {
	return evt.Type.Type == event.ToDeviceVerificationRequest.Type || evt.Type.Type == event.EventMessage.Type
}

func transactionOf(evt *event.Event) id.VerificationTransactionID {
	if evt.RoomID == "" {
		content, ok := evt.Content.Parsed.(event.VerificationTransactionable)
		if !ok {
			return ""
		}
		return content.GetTransactionID()
	}
	content, ok := evt.Content.Parsed.(event.Relatable)
	if !ok {
		return ""
	}
	return id.VerificationTransactionID(content.OptionalGetRelatesTo().GetReferenceID())
}

// handleRequest takes a request from somebody else and asks the operator whether to go on.
func (v *verifier) handleRequest(ctx context.Context, evt *event.Event) {
	m := v.machine
	asked := verificationhelper.VerificationTransaction{
		VerificationState: verificationhelper.VerificationStateRequested, TheirUserID: evt.Sender, RoomID: evt.RoomID,
	}
	var sent time.Time
	switch content := evt.Content.Parsed.(type) {
	case *event.VerificationRequestEventContent:
		asked.TransactionID, asked.TheirDeviceID, asked.TheirSupportedMethods = content.TransactionID, content.FromDevice, content.Methods
		sent = content.Timestamp.Time
	case *event.MessageEventContent:
		if content.To != m.client.UserID || evt.Sender == m.client.UserID {
			return
		}
		asked.TransactionID, asked.TheirDeviceID, asked.TheirSupportedMethods = id.VerificationTransactionID(evt.ID), content.FromDevice, content.Methods
		sent = time.UnixMilli(evt.Timestamp)
	}
	txn := asked.TransactionID
	switch {
	case txn == "" || len(txn) > maxTransactionID || v.find(txn) != nil:
		return
	case asked.TheirDeviceID == "" || evt.Sender == m.client.UserID && asked.TheirDeviceID == m.client.DeviceID:
		return
	case !slices.Contains(asked.TheirSupportedMethods, event.VerificationMethodSAS):
		return
	case time.Since(sent) > verifyTime || time.Until(sent) > maxAhead:
		return
	}
	v.replace(ctx, evt.Sender, asked.TheirDeviceID)
	r := v.open(Verification{ID: string(txn), User: evt.Sender, Device: asked.TheirDeviceID, Room: evt.RoomID})
	if r == nil {
		m.log.WarnContext(ctx, "too many verifications at once: one was ignored", "user_id", evt.Sender)
		return
	}
	asked.ExpirationTime = jsontime.UM(time.Now().Add(verifyTime))
	if err := v.store.SaveVerificationTransaction(ctx, asked); err != nil {
		v.close(txn, err)
		return
	}
	what, accept := r.Verification, m.config.Operator.Accept
	v.ask(r, func(ctx context.Context) bool {
		return v.willing() && (accept == nil || accept(ctx, what))
	}, func(ctx context.Context, yes bool) {
		if !yes {
			v.cancel(ctx, txn, event.VerificationCancelCodeUser, "declined")
		} else if err := v.helper.AcceptVerification(ctx, txn); err != nil {
			m.log.WarnContext(ctx, "a verification could not be accepted", "error", err, "user_id", what.User)
			v.cancel(ctx, txn, event.VerificationCancelCodeInternalError, "it could not be accepted")
		}
	})
}

// replace cancels what is under way with a device that asks anew. The helper would cancel the
// new one too.
func (v *verifier) replace(ctx context.Context, user id.UserID, device id.DeviceID) {
	v.mu.Lock()
	var old []id.VerificationTransactionID
	for txn, r := range v.active {
		if r.User == user && r.Device == device {
			old = append(old, txn)
		}
	}
	v.mu.Unlock()
	for _, txn := range old {
		v.cancel(ctx, txn, event.VerificationCancelCodeUser, "a newer verification takes its place")
	}
}
