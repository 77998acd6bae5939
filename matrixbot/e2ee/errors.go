package e2ee

import (
	"errors"
	"fmt"

	"maunium.net/go/mautrix/id"
)

// What a caller may want to tell apart, with [errors.Is].
var (
	// ErrNoEncryption means that the program was built without encryption.
	ErrNoEncryption = errors.New("this program was built without encryption (build it with -tags goolm)")

	// ErrStoreLost means that the homeserver has keys of this device which the store does not
	// have: the store was lost or is an old copy.
	ErrStoreLost = errors.New("the store has not the keys of this device")

	// ErrDeviceLost means that the homeserver has forgotten the keys of this device.
	ErrDeviceLost = errors.New("the homeserver has forgotten this device")

	// ErrAnswer means that what the homeserver answered is no answer. It may answer another time.
	ErrAnswer = errors.New("the homeserver's answer is none")

	// ErrRecoveryKey means that the recovery key does not open the secret storage.
	ErrRecoveryKey = errors.New("the recovery key is not that of the account's secret storage")

	// ErrKeyMissing means that the key to a message has not arrived. It may still come.
	ErrKeyMissing = errors.New("the key to the message has not arrived")

	// ErrRedacted means that a message was removed, so that there is nothing to decrypt.
	ErrRedacted = errors.New("the message was removed")

	// ErrUndecryptable means that a message can never be decrypted: it is damaged, was sent
	// twice, or comes from another room.
	ErrUndecryptable = errors.New("the message cannot be decrypted")

	// ErrNotReady means that the Machine was used before Start, or after Start failed.
	ErrNotReady = errors.New("the encryption has not started")

	// ErrNoIdentity means that a verification was well, but that the other side has no
	// cross-signing identity for which it could be remembered.
	ErrNoIdentity = errors.New("the other side has not set up cross-signing, so the verification cannot last")

	// ErrCancelled means that a verification was cancelled.
	ErrCancelled = errors.New("the verification was cancelled")
)

// WithheldError is returned for a message whose sender keeps the key from the bot.
type WithheldError struct {
	Sender id.UserID
	Code   string // Such as "m.unverified", from m.room_key.withheld.
	Reason string // As the sender's client says it; untrusted text.
}

// Error says who withholds and why.
func (e *WithheldError) Error() string {
	return fmt.Sprintf("e2ee: decrypt: %s withholds the key (%.64q)", e.Sender, e.Code)
}

// CancelledError says why a verification was cancelled. It is [ErrCancelled].
type CancelledError struct {
	Code   string // Such as "m.user" or "m.mismatched_sas".
	Reason string // Untrusted text where the other side cancelled.
}

// Error gives the code and the reason.
func (e *CancelledError) Error() string {
	return fmt.Sprintf("e2ee: verify: %v: %.64q: %.200q", ErrCancelled, e.Code, e.Reason)
}

// Is says that the error is [ErrCancelled].
func (*CancelledError) Is(target error) bool { return target == ErrCancelled }
