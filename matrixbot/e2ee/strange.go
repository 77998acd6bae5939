//go:build goolm || libolm

package e2ee

import (
	"context"
	"errors"
	"sync"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// seen is a set of things that others make up. It begins anew when it has grown too large.
type seen[K comparable] struct {
	mu   sync.Mutex
	keys map[K]bool
}

// maxSeen is how many things are remembered.
const maxSeen = 10_000

// add puts a thing into the set and says whether that is new.
func (s *seen[K]) add(key K) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys[key] {
		return false
	}
	if s.keys == nil || len(s.keys) >= maxSeen {
		s.keys = map[K]bool{}
	}
	s.keys[key] = true
	return true
}

func (s *seen[K]) has(key K) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys[key]
}

// userKey is the device of somebody.
type userKey struct {
	user id.UserID
	key  id.SenderKey
}

var errStranger = errors.New("the device is not known")

// worthDecrypting says whether a message to the device should be decrypted. For each one that it
// cannot decrypt mautrix asks the homeserver for the sender's devices, follows these from then
// on, and never forgets the key. That is good for devices that are known, and for those of people
// in the bot's rooms whose devices it has not asked for; from others it gets only what can be
// read.
func (m *Machine) worthDecrypting(ctx context.Context, sender id.UserID, content *event.EncryptedEventContent) bool {
	own, ok := content.OlmCiphertext[m.mach.GetAccount().IdentityKey()]
	if !ok || content.Algorithm != id.AlgorithmOlmV1 {
		return false
	}
	device, err := m.store.FindDeviceByKey(ctx, sender, content.SenderKey)
	if err != nil {
		return true // what reads next says so
	}
	if device != nil || m.sharesRoom(ctx, sender) && !m.follows(ctx, sender) {
		m.mendable.add(content.SenderKey)
		return true
	}
	return m.store.HasSession(ctx, content.SenderKey) || own.Type == id.OlmMsgTypePreKey && m.opens(content.SenderKey, own.Body)
}

// follows says whether the bot has asked for somebody's devices.
func (m *Machine) follows(ctx context.Context, user id.UserID) bool {
	followed, err := m.store.FilterTrackedUsers(ctx, []id.UserID{user})
	return err == nil && len(followed) > 0
}

// opens says whether a message opens a channel to the bot. It changes nothing.
func (m *Machine) opens(key id.SenderKey, body string) bool {
	session, err := m.mach.GetAccount().Internal.NewInboundSessionFrom(&key, body)
	if err != nil {
		return false
	}
	_, err = session.Decrypt(body, id.OlmMsgTypePreKey)
	return err == nil
}
