package matrixbot

import "errors"

// Why something was not sent, to be told apart with [errors.Is]. What the homeserver itself refuses is also one of
// mautrix's errors, such as mautrix.MForbidden.
var (
	// ErrMessage means that a message is not complete, or contradicts itself.
	ErrMessage = errors.New("that is no message")

	// ErrTooLarge means that a message does not fit an event and cannot be split, or that a file is larger than the
	// homeserver, or the caller, takes.
	ErrTooLarge = errors.New("it is too large")

	// ErrQueueFull means that too much waits to be sent into the room, as while the homeserver is away.
	ErrQueueFull = errors.New("too many messages to the room wait to be sent")

	// ErrUndelivered means that it could not be sent for a day, and was given up.
	ErrUndelivered = errors.New("it could not be delivered")

	// ErrStopped means that the bot has stopped.
	ErrStopped = errors.New("the bot has stopped")

	// ErrPlaintext means that the room is encrypted and the bot is not able to encrypt.
	ErrPlaintext = errors.New("the room is encrypted and the bot has no encryption: build it with -tags goolm, and leave Config.NoEncryption unset")

	// ErrDamaged means that an attachment is not what its sender has encrypted.
	ErrDamaged = errors.New("the attachment is damaged")
)
