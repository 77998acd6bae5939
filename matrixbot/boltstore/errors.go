package boltstore

import "errors"

// What a caller may want to tell apart, with [errors.Is].
var (
	// ErrClosed means that the store was closed before.
	ErrClosed = errors.New("the store is closed")

	// ErrOtherAccount means that the store belongs to another account than the one
	// that claims it.
	ErrOtherAccount = errors.New("the store belongs to another account")

	// ErrOtherDevice means that the store belongs to another device of the account
	// than the one that claims it. [Store.NewDevice] is the way on.
	ErrOtherDevice = errors.New("the store belongs to another device")

	// ErrWrongPickleKey means that the keys in the store are encrypted with another
	// pickle key than the one given.
	ErrWrongPickleKey = errors.New("the pickle key is not the one that the store was made with")

	// ErrDamaged means that a record in the store cannot be read.
	ErrDamaged = errors.New("a record in the store is damaged")
)
