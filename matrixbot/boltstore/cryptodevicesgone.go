//go:build goolm || libolm

package boltstore

import (
	"cmp"
	"slices"

	"maunium.net/go/mautrix/id"
)

// maxGone is how many deleted devices are kept of a user. They are there to know who sent an old message; whoever has
// devices come and go could fill the store with them.
const maxGone = 100

// goneDevice is a deleted device.
type goneDevice struct {
	id     id.DeviceID
	record *deviceRecord
}

// dropGone forgets the devices that were deleted first where too many are kept, and their signatures.
func (tx *Tx) dropGone(userID id.UserID, gone []goneDevice) error {
	if len(gone) <= maxGone {
		return nil
	}
	slices.SortFunc(gone, func(a, b goneDevice) int { return cmp.Compare(a.record.Gone, b.record.Gone) })
	for _, d := range gone[:len(gone)-maxGone] {
		device := d.record.device(userID, d.id)
		if err := tx.unindexDevice(userID, device); err != nil {
			return err
		}
		if err := tx.remove(deviceBucket, key(string(userID), string(d.id))); err != nil {
			return err
		}
		if err := tx.dropSignaturesOf(userID, device.SigningKey); err != nil {
			return err
		}
	}
	return nil
}

// dropSignaturesOf forgets who has signed a key.
func (tx *Tx) dropSignaturesOf(userID id.UserID, signed id.Ed25519) error {
	below := prefix(string(userID), string(signed))
	for _, e := range tx.scan(signedBucket, below) {
		signer, signerKey, err := split(e.key, 1)
		if err != nil {
			return err
		}
		if err := tx.remove(signerBucket, key(signer[0], signerKey, string(userID), string(signed))); err != nil {
			return err
		}
		if err := tx.remove(signedBucket, append(slices.Clip(below), e.key...)); err != nil {
			return err
		}
	}
	return nil
}
