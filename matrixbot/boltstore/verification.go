//go:build goolm || libolm

package boltstore

import (
	"context"
	"encoding/json"
	"fmt"

	"maunium.net/go/mautrix/crypto/verificationhelper"
	"maunium.net/go/mautrix/id"
)

// Verification is the door for verifications that are under way. It is made by
// [Store.Verification]. Their secrets are good for the minutes that one takes, and are not
// encrypted.
type Verification struct {
	store *Store
}

var _ verificationhelper.VerificationStore = (*Verification)(nil)

// Verification returns the door for verifications that are under way.
func (s *Store) Verification() *Verification { return &Verification{store: s} }

func decodeVerification(raw []byte) (txn verificationhelper.VerificationTransaction, err error) {
	defer func() { // the keys in it trust their length
		if recover() != nil {
			err = damaged("a verification")
		}
	}()
	if json.Unmarshal(raw, &txn) != nil {
		return verificationhelper.VerificationTransaction{}, damaged("a verification")
	}
	return txn, nil
}

// SaveVerificationTransaction implements [verificationhelper.VerificationStore].
func (v *Verification) SaveVerificationTransaction(_ context.Context, txn verificationhelper.VerificationTransaction) error {
	raw, err := json.Marshal(txn)
	if err != nil {
		return fmt.Errorf("boltstore: verification: %w", err)
	}
	return v.store.Update(func(tx *Tx) error { return tx.put(verificationBucket, key(string(txn.TransactionID)), raw) })
}

// GetVerificationTransaction implements [verificationhelper.VerificationStore]. For an unknown
// one the error is [verificationhelper.ErrUnknownVerificationTransaction].
func (v *Verification) GetVerificationTransaction(_ context.Context, txnID id.VerificationTransactionID) (txn verificationhelper.VerificationTransaction, err error) {
	err = v.store.Update(func(tx *Tx) (err error) {
		raw := tx.get(verificationBucket, key(string(txnID)))
		if raw == nil {
			return verificationhelper.ErrUnknownVerificationTransaction
		}
		txn, err = decodeVerification(raw)
		return err
	})
	return txn, err
}

// DeleteVerification implements [verificationhelper.VerificationStore]. For an unknown one the
// error is [verificationhelper.ErrUnknownVerificationTransaction].
func (v *Verification) DeleteVerification(_ context.Context, txnID id.VerificationTransactionID) error {
	return v.store.Update(func(tx *Tx) error {
		k := key(string(txnID))
		if !tx.has(verificationBucket, k) {
			return verificationhelper.ErrUnknownVerificationTransaction
		}
		return tx.remove(verificationBucket, k)
	})
}

// FindVerificationTransactionForUserDevice implements [verificationhelper.VerificationStore].
// Where there is none the error is [verificationhelper.ErrUnknownVerificationTransaction].
func (v *Verification) FindVerificationTransactionForUserDevice(ctx context.Context, userID id.UserID, deviceID id.DeviceID) (verificationhelper.VerificationTransaction, error) {
	txns, err := v.GetAllVerificationTransactions(ctx)
	if err != nil {
		return verificationhelper.VerificationTransaction{}, err
	}
	for _, txn := range txns {
		if txn.TheirUserID == userID && txn.TheirDeviceID == deviceID {
			return txn, nil
		}
	}
	return verificationhelper.VerificationTransaction{}, verificationhelper.ErrUnknownVerificationTransaction
}

// GetAllVerificationTransactions implements [verificationhelper.VerificationStore].
func (v *Verification) GetAllVerificationTransactions(context.Context) (txns []verificationhelper.VerificationTransaction, err error) {
	err = v.store.Update(func(tx *Tx) error {
		for _, raw := range tx.lend(verificationBucket, nil) {
			txn, err := decodeVerification(raw)
			if err != nil {
				return err
			}
			txns = append(txns, txn)
		}
		return nil
	})
	return txns, err
}
