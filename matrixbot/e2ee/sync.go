//go:build goolm || libolm

package e2ee

import (
	"context"
	"fmt"
	"strings"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
)

// HandleSync takes from an answer to GET /_matrix/client/v3/sync what is for the encryption:
// keys and other to-device messages, changed device lists, and how many one-time keys are
// left. Call it for each answer, in order, after the state of its rooms is stored, and before
// its messages are decrypted. It asks the homeserver for changed device lists, and uploads
// keys; where that fails it is tried again later and is no error. An error means that the
// answer is not stored: its token must not be kept, and the same answer has to come again.
func (m *Machine) HandleSync(ctx context.Context, resp *mautrix.RespSync, since string) error {
	if err := m.started(); err != nil {
		return fmt.Errorf("e2ee: sync: %w", err)
	}
	ctx, unlock := m.lockIdentity(ctx)
	defer unlock()
	if err := m.handleLists(ctx, &resp.DeviceLists); err != nil {
		return fmt.Errorf("e2ee: sync: %w", err)
	}
	for _, evt := range resp.ToDevice.Events {
		if evt != nil {
			m.recovered("to-device message", func() { m.handleToDevice(ctx, evt) })
		}
	}
	m.topUp(ctx, resp)
	m.mach.MarkOlmHashSavePoint(ctx)
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("e2ee: sync: %w", err)
	}
	if _, err := m.store.GetAccount(ctx); err != nil { // mautrix only logs that it could not store
		return fmt.Errorf("e2ee: sync: %w", err)
	}
	return nil
}

func (m *Machine) handleLists(ctx context.Context, lists *mautrix.DeviceLists) error {
	if err := m.markStale(ctx, lists.Left, true); err != nil {
		return err
	}
	if err := m.markStale(ctx, lists.Changed, false); err != nil {
		return err
	}
	if due := m.lists.due(); len(due) > 0 {
		if err := m.fetchLists(ctx, due); err != nil {
			m.log.WarnContext(ctx, "device lists are out of date and could not be fetched: they are fetched again later", "error", err, "people", len(due))
		}
	}
	return nil
}

// toDeviceSender is the key in a context under which the sender of a to-device message is found.
type toDeviceSender struct{}

func (m *Machine) handleToDevice(ctx context.Context, evt *event.Event) {
	evt.Type.Class = event.ToDeviceEventType
	ctx = context.WithValue(ctx, toDeviceSender{}, evt.Sender)
	if evt.Content.Parsed == nil && evt.Content.ParseRaw(evt.Type) != nil {
		return
	}
	switch content := evt.Content.Parsed.(type) {
	case *event.RoomKeyRequestEventContent:
		// For each request mautrix looks for the device, with a request of its own if need be.
		if evt.Sender != m.client.UserID && !m.state.IsInRoom(ctx, content.Body.RoomID, evt.Sender) {
			return
		}
		m.enqueue("key request", func(ctx context.Context) {
			ctx, unlock := m.lockIdentity(ctx)
			defer unlock()
			m.mach.HandleRoomKeyRequest(ctx, evt.Sender, content)
		})
	case *event.SecretRequestEventContent:
		if evt.Sender == m.client.UserID && content.Action == event.SecretRequestRequest {
			m.enqueue("secret request", func(ctx context.Context) {
				ctx, unlock := m.lockIdentity(ctx)
				defer unlock()
				m.mach.HandleSecretRequest(ctx, evt.Sender, content)
			})
		}
	case *event.EncryptedEventContent:
		if m.worthDecrypting(ctx, evt.Sender, content) {
			m.mach.HandleToDeviceEvent(ctx, evt)
		} else {
			m.log.DebugContext(ctx, "a message to the device cannot be decrypted", "user_id", evt.Sender)
		}
	case *event.RoomKeyWithheldEventContent:
		// Anybody can send these. People outside the room have no keys to withhold, and
		// would fill the store.
		if content.SessionID != "" && m.state.IsInRoom(ctx, content.RoomID, evt.Sender) {
			m.mach.HandleToDeviceEvent(ctx, evt)
			m.waiters.wake(content.SessionID)
		}
	default:
		if strings.HasPrefix(evt.Type.Type, "m.key.verification.") {
			m.verify.receive(evt)
			return
		}
		m.mach.HandleToDeviceEvent(ctx, evt)
	}
}

// HandleEvent takes an event of a room, decrypted where it was encrypted: new members, who need
// new keys, and verifications that take place in the room. Call it for each event of state and
// timelines, after state is stored. It says whether the event was only for the Machine and
// nobody else should see it.
func (m *Machine) HandleEvent(ctx context.Context, evt *event.Event) (consumed bool) {
	if m.started() != nil {
		return false
	}
	switch {
	case evt.Type.Type == event.StateMember.Type && evt.StateKey != nil:
		m.recovered("member", func() { m.mach.HandleMemberEvent(ctx, evt) })
	case evt.Type.Type == event.StateHistoryVisibility.Type && evt.StateKey != nil:
		m.recovered("history visibility", func() { m.mach.HandleHistoryVisibility(ctx, evt) })
	case evt.StateKey == nil && isVerification(evt):
		m.verify.receive(evt)
		return true
	}
	return false
}

func isVerification(evt *event.Event) bool {
	if evt.Type.Type == event.EventMessage.Type {
		content, ok := evt.Content.Parsed.(*event.MessageEventContent)
		return ok && content.MsgType == event.MsgVerificationRequest
	}
	return strings.HasPrefix(evt.Type.Type, "m.key.verification.")
}
