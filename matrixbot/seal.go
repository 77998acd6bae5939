package matrixbot

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
)

// sealer encrypts what the bot writes into its store: the session, and messages that wait. Keys of encryption have
// the pickle key itself, by another algorithm; this key is derived from it, so that none serves two purposes.
type sealer struct{ aead cipher.AEAD }

var errUnseal = errors.New("it was encrypted with another pickle key, or is damaged")

func newSealer(pickleKey Secret) (*sealer, error) {
	key, err := hkdf.Key(sha256.New, []byte(pickleKey.Reveal()), nil, "signalbox matrixbot records", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &sealer{aead}, nil
}

// seal encrypts a record. The name of the set and its key go with it, so that no record can stand for another.
func (s *sealer) seal(set, key string, plain []byte) []byte {
	return s.aead.Seal(nil, nil, plain, []byte(set+"\x00"+key)) //nolint:gosec // It makes a random nonce itself and wants none.
}

func (s *sealer) open(set, key string, sealed []byte) ([]byte, error) {
	plain, err := s.aead.Open(nil, nil, sealed, []byte(set+"\x00"+key))
	if err != nil {
		return nil, errUnseal
	}
	return plain, nil
}
