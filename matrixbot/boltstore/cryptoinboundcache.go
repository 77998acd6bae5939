//go:build goolm || libolm

package boltstore

import (
	"slices"
	"sync"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/olm"
	"maunium.net/go/mautrix/id"
)

// inboundCacheSize is how many sessions are kept in memory, at about a kilobyte each.
const inboundCacheSize = 256

// inboundCache keeps the sessions that messages were received with of late, because
// decrypting a pickle and finding the place in its ratchet takes as long as decrypting the
// message.
type inboundCache struct {
	entries map[string]*inboundEntry
}

type inboundEntry struct {
	record   *inboundRecord // not changed any more
	internal *sharedSession
}

func (cache *inboundCache) forget() { cache.entries = nil }

func (cache *inboundCache) drop(k string) { delete(cache.entries, k) }

// add keeps a session. A full cache starts anew, which is simple and rare.
func (cache *inboundCache) add(k string, r *inboundRecord, shared *sharedSession) *inboundEntry {
	if cache.entries == nil || len(cache.entries) >= inboundCacheSize {
		cache.entries = make(map[string]*inboundEntry)
	}
	cache.entries[k] = &inboundEntry{r, shared}
	return cache.entries[k]
}

// session makes an object of the entry for one caller. Callers share what is expensive.
func (e *inboundEntry) session(roomID id.RoomID) *crypto.InboundGroupSession {
	r := e.record
	chains := slices.Clone(r.ForwardingChains)
	if chains == nil {
		chains = []string{} // as a new session has it; it becomes JSON
	}
	return &crypto.InboundGroupSession{
		Internal: e.internal, SigningKey: r.SigningKey, SenderKey: r.SenderKey, RoomID: roomID,
		ForwardingChains: chains, RatchetSafety: cloneSafety(r.RatchetSafety), ReceivedAt: r.ReceivedAt,
		MaxAge: r.MaxAge, MaxMessages: r.MaxMessages, SharedHistory: r.SharedHistory, IsScheduled: r.IsScheduled,
		KeyBackupVersion: r.KeyBackupVersion, KeySource: r.KeySource, SourceUser: r.SourceUser,
	}
}

func cloneSafety(s crypto.RatchetSafety) crypto.RatchetSafety {
	s.MissedIndices, s.LostIndices = slices.Clone(s.MissedIndices), slices.Clone(s.LostIndices)
	return s
}

// sharedSession makes a session safe for concurrent use: to decrypt or export moves a place
// in it. It knows its pickle: moving that place does not change which messages it can
// decrypt, so there is no need to pickle it again.
type sharedSession struct {
	olm.InboundGroupSession

	pickled string
	mu      sync.Mutex
}

// Pickle implements [olm.InboundGroupSession].
func (s *sharedSession) Pickle(pickleKey []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.InboundGroupSession.Pickle(pickleKey)
}

// Unpickle implements [olm.InboundGroupSession].
func (s *sharedSession) Unpickle(pickled, pickleKey []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pickled = "" // it is another session now
	return s.InboundGroupSession.Unpickle(pickled, pickleKey)
}

// Decrypt implements [olm.InboundGroupSession].
func (s *sharedSession) Decrypt(ciphertext []byte) ([]byte, uint, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.InboundGroupSession.Decrypt(ciphertext)
}

// Export implements [olm.InboundGroupSession].
func (s *sharedSession) Export(index uint32) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.InboundGroupSession.Export(index)
}

// IsVerified implements [olm.InboundGroupSession].
func (s *sharedSession) IsVerified() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.InboundGroupSession.IsVerified()
}

// pickleInbound returns the pickle of a session, which for one of ours is known.
func (c *Crypto) pickleInbound(session olm.InboundGroupSession) (string, error) {
	if shared, ok := session.(*sharedSession); ok {
		shared.mu.Lock()
		defer shared.mu.Unlock()
		if shared.pickled != "" {
			return shared.pickled, nil
		}
		session = shared.InboundGroupSession
	}
	pickled, err := session.Pickle(c.pickleKey())
	return string(pickled), err
}

func (c *Crypto) unpickleInbound(pickled string) (*sharedSession, error) {
	shared := &sharedSession{InboundGroupSession: olm.NewBlankInboundGroupSession(), pickled: pickled}
	if err := c.unpickle(shared.InboundGroupSession, pickled, "a Megolm session"); err != nil {
		return nil, err
	}
	return shared, nil
}
