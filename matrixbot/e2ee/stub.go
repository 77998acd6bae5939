//go:build !goolm && !libolm

package e2ee

import (
	"context"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// Stores are other places to keep keys in. In a program without encryption there are none.
type Stores struct{}

// Machine does not work in a program without encryption: [New] makes none, and every method
// of one returns [ErrNoEncryption] where it can.
type Machine struct{}

var _ mautrix.CryptoHelper = (*Machine)(nil)

// New returns [ErrNoEncryption].
func New(Config) (*Machine, error) { return nil, ErrNoEncryption }

// Init returns [ErrNoEncryption].
func (*Machine) Init(context.Context) error { return ErrNoEncryption }

// Start returns [ErrNoEncryption].
func (*Machine) Start(context.Context) error { return ErrNoEncryption }

// Run returns [ErrNoEncryption].
func (*Machine) Run(context.Context) error { return ErrNoEncryption }

// HandleSync returns [ErrNoEncryption].
func (*Machine) HandleSync(context.Context, *mautrix.RespSync, string) error { return ErrNoEncryption }

// HandleEvent returns false.
func (*Machine) HandleEvent(context.Context, *event.Event) bool { return false }

// Encrypt returns [ErrNoEncryption].
func (*Machine) Encrypt(context.Context, id.RoomID, event.Type, any) (*event.EncryptedEventContent, error) {
	return nil, ErrNoEncryption
}

// Decrypt returns [ErrNoEncryption].
func (*Machine) Decrypt(context.Context, *event.Event) (*event.Event, error) {
	return nil, ErrNoEncryption
}

// Trust returns [TrustUnknown].
func (*Machine) Trust(context.Context, *event.Event) Trust { return TrustUnknown }

// WaitForSession returns false.
func (*Machine) WaitForSession(context.Context, id.RoomID, id.SenderKey, id.SessionID, time.Duration) bool {
	return false
}

// RequestSession does nothing.
func (*Machine) RequestSession(context.Context, id.RoomID, id.SenderKey, id.SessionID, id.UserID, id.DeviceID) {
}

// Verify returns [ErrNoEncryption].
func (*Machine) Verify(context.Context, id.UserID) (string, error) { return "", ErrNoEncryption }

// VerifyIn returns [ErrNoEncryption].
func (*Machine) VerifyIn(context.Context, id.RoomID, id.UserID) (string, error) {
	return "", ErrNoEncryption
}

// AcceptIdentity returns [ErrNoEncryption].
func (*Machine) AcceptIdentity(context.Context, id.UserID) error { return ErrNoEncryption }

// RestoreBackup returns [ErrNoEncryption].
func (*Machine) RestoreBackup(context.Context) (int, error) { return 0, ErrNoEncryption }

// Prune returns [ErrNoEncryption].
func (*Machine) Prune(context.Context, time.Duration) error { return ErrNoEncryption }

// Status returns [ErrNoEncryption].
func (*Machine) Status(context.Context) (Status, error) { return Status{}, ErrNoEncryption }
