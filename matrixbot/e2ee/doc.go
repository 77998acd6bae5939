// Package e2ee gives a Matrix bot end-to-end encryption that it can be trusted with.
//
// A [Machine] is the encryption of one device. It sits between a client of mautrix and a store,
// does without the store that mautrix's own helper brings along, and goes around what is known to
// fail in mautrix v0.30.0.
//
//	store, err := boltstore.Open("data/bot.db")
//	key, err := boltstore.LoadPickleKey("data/pickle.key")
//	machine, err := e2ee.New(e2ee.Config{Client: client, Store: store, PickleKey: key})
//	err = machine.Start(ctx)  // asks the homeserver; makes keys and an identity the first time
//	go machine.Run(ctx)       // verifications, key backup
//
// For each answer of the homeserver to a sync, in this order: store the state of its rooms, call
// [Machine.HandleSync], decrypt the events of type m.room.encrypted with [Machine.Decrypt], and
// hand all events to [Machine.HandleEvent]. What the client sends into encrypted rooms is
// encrypted from then on, because Start makes the Machine its Crypto.
//
// # Building
//
// The cryptography is in Go, and is built in by a tag:
//
//	CGO_ENABLED=0 go build -tags goolm
//
// The tag libolm takes the C library instead; mautrix does not let that make fallback keys. Without a tag [New] returns
// [ErrNoEncryption].
//
// # Who is it
//
// [Machine.Trust] says how sure it is that an event comes from its sender: [TrustUnverified] if
// only the server says so, [TrustCrossSigned] if the sender's own identity has signed the device,
// [TrustVerified] if somebody has compared emojis with that identity as well. A verification that
// was cancelled, an identity that was replaced and a device that has logged out leave nothing of
// it. Reactions are never encrypted in Matrix, so they are always [TrustUnknown].
//
// # The bot's own identity
//
// Other people's clients warn of a bot without a cross-signing identity, and some neither send to
// it nor show what it says. Start makes one and keeps its private keys in the store, so that the
// bot can sign and verify after a restart. With a recovery key they are in the account's secret
// storage too, as is the key to a backup of all message keys: a bot that comes up on a fresh
// machine with nothing but its password and recovery key is the same as before. See
// Config.RecoveryKey and Config.SaveRecoveryKey.
//
// # Verification
//
// People verify the bot in their client. It declines unless Config.Operator.Compare shows the
// emojis to somebody, or Config.AutoVerify is on, which is told in its comment not to be trusted.
// Somebody whose client sends keys to verified devices only is not readable for the bot until
// then: Decrypt returns a [*WithheldError], and Config.Withheld is called once, so that the bot
// can tell them what to do.
//
// A verification between two devices of the bot's account brings the private keys of the identity, and the key to the
// backup, to the one that lacks them. They are taken from the device that was verified and no other, and only where they
// are those of the published identity and backup.
//
// # Strangers
//
// Anybody can send keys to a bot, and it keeps a bounded number of them: for a room where the bot is, a thousand from
// each person who is or was there; the oldest with which no message was decrypted go first. For other rooms, as keys may
// come before an invitation, a hundred from each person and a thousand in all. The encrypted channels that others open
// to the bot are bounded in the same way, by devices: two hundred of somebody in a room with the bot, ten of anybody
// else, and a thousand of all of these. Keys out of the backup, and of the bot's own devices, are not counted. A key
// that somebody forwards is taken only from whom the bot has asked. Without Config.Store the count begins anew
// with each process.
//
// # What is left to mautrix
//
// A message is encrypted for the devices that are known when it is sent. A bot that is away for
// long and whose one-time keys are used up gets keys by its fallback key where the homeserver has
// fallback keys; Dendrite 0.15 has none.
package e2ee
