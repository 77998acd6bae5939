package e2ee

import (
	"context"
	"log/slog"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/secret"
	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// Config says how a [Machine] works. Client, PickleKey and one of Store and Stores are needed.
type Config struct {
	// Client is logged in: its UserID, DeviceID and access token are set. Start puts the state
	// store into its StateStore field, and the Machine into Crypto where that is nil.
	Client *mautrix.Client

	// Store keeps everything in one file. It is claimed for the device of Client, and its
	// barrier should be the transport of Client.
	Store *boltstore.Store

	// Stores opens other places to keep keys in than Store, for the device that is logged in. Nil:
	// Store. What it leaves nil is kept in Store, if there is one.
	Stores func(user id.UserID, device id.DeviceID) (Stores, error)

	// PickleKey encrypts private keys in Store. Stores have their own.
	PickleKey secret.Secret

	// Log gets what an operator should know, and at debug level what the cryptography
	// logs. Contents of messages and keys are never logged. nil discards.
	Log *slog.Logger

	// RecoveryKey opens the secret storage of the account. Where the account has none yet,
	// it is made with this key. Empty: see SaveRecoveryKey.
	RecoveryKey secret.Secret

	// SaveRecoveryKey is called by Start with a new recovery key, before anything is
	// encrypted with it, when the account has no secret storage and RecoveryKey is empty.
	// An error ends Start. nil: no secret storage is made, and no key backup; the identity of
	// the bot is then as good as the store.
	SaveRecoveryKey func(ctx context.Context, key secret.Secret) error

	// Password is for homeservers that ask for it when an identity is published. It may be
	// empty.
	Password secret.Secret

	// SendTo says which devices can read what the bot says in encrypted rooms. The zero
	// value is all of them.
	SendTo Policy

	// Operator decides about verifications. Its zero value declines them all.
	Operator Operator

	// AutoVerify confirms every verification that Operator.Accept lets through without
	// comparing anything, so that people can mark the bot as verified in their clients. They
	// count as [TrustVerified] then, without anybody having looked: do not use it where that
	// level guards something, unless Accept knows whom it lets in.
	AutoVerify bool

	// Withheld is called when somebody's client keeps the keys of its messages from the bot
	// because nobody verified it, once for each sender until a verification with them
	// succeeds. It is called in the goroutine of Decrypt and should not block for long; it may
	// call the Machine. nil only logs.
	Withheld func(ctx context.Context, w Withheld)
}

// Policy says which devices get the keys to what the bot sends.
type Policy int

// Who can read what the bot says.
const (
	SendToAll         Policy = iota // Every device of every member.
	SendToCrossSigned               // Devices that their owner has signed.
	SendToVerified                  // Devices signed by somebody whom an operator has verified.
)

// Withheld says whose key did not come.
type Withheld struct {
	Room    id.RoomID
	Event   id.EventID
	Sender  id.UserID
	Session id.SessionID
	Code    string // Such as "m.unverified", from m.room_key.withheld.
	Reason  string // As the sender's client says it; untrusted text.
}

// Operator decides about verifications. The functions are called in goroutines of
// [Machine.Run], one verification independent of the others; their context ends when the
// verification does. They may call the Machine.
type Operator struct {
	// Accept says whether to go on with a verification that somebody else asked for. nil
	// accepts all where Compare is set or Config.AutoVerify is on.
	Accept func(ctx context.Context, v Verification) bool

	// Compare shows the emojis to a human, waits, and says whether the other side sees the
	// same ones. nil declines verifications, unless Config.AutoVerify is on.
	Compare func(ctx context.Context, v Verification, emojis []Emoji) bool

	// Ended is told how a verification ended: nil, or why it was cancelled. nil only logs.
	Ended func(ctx context.Context, v Verification, err error)
}

// Verification is one that is under way.
type Verification struct {
	ID     string      // The transaction.
	User   id.UserID   // The other side.
	Device id.DeviceID // The device of the other side; empty until it is known.
	Room   id.RoomID   // Where it takes place; empty for one by to-device messages.
	Ours   bool        // The bot asked for it.
}

// Emoji is one of the seven to compare.
type Emoji struct {
	Symbol string // Such as "🐶".
	Name   string // Such as "Dog", in English.
}

// Status is how a device of the bot stands.
type Status struct {
	User        id.UserID
	Device      id.DeviceID
	Fingerprint string              // The device's Ed25519 key in groups of four, for comparing by eye.
	CrossSigned bool                // The account's identity has signed the device.
	CanSign     bool                // The private keys of that identity are here.
	Backup      id.KeyBackupVersion // The version to which keys are backed up; empty without.
}
