//go:build goolm || libolm

package e2ee

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	keybackup "maunium.net/go/mautrix/crypto/backup"
	"maunium.net/go/mautrix/crypto/signatures"
	"maunium.net/go/mautrix/id"
)

// backup is the key backup on the homeserver, and what is not in it yet.
type backup struct {
	wake chan struct{} // has room for one

	mu      sync.Mutex
	key     *keybackup.MegolmBackupKey // nil without a backup
	version id.KeyBackupVersion
	pending map[roomSession]bool
}

type roomSession struct {
	room    id.RoomID
	session id.SessionID
}

func (b *backup) currentVersion() id.KeyBackupVersion {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.version
}

func (b *backup) use(key *keybackup.MegolmBackupKey, version id.KeyBackupVersion) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.key, b.version, b.pending = key, version, map[roomSession]bool{}
	b.signal()
}

// signal wakes who uploads. The lock is held.
func (b *backup) signal() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// add notes a session that is not in the backup yet.
func (b *backup) add(room id.RoomID, session id.SessionID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.key == nil {
		return
	}
	b.pending[roomSession{room, session}] = true
	b.signal()
}

// startBackup finds the key backup of the account, or makes one, and restores from one that
// this store has not used before. Trouble with it does not keep the bot from starting, but for a
// homeserver that cannot be reached: that passes, and nobody would look for the backup later.
func (m *Machine) startBackup(ctx context.Context, v *vault) error {
	key, fresh, err := m.backupKey(ctx, v)
	if err != nil {
		return err
	}
	latest, err := m.client.GetKeyBackupLatestVersion(ctx)
	switch {
	case errors.Is(err, mautrix.MNotFound):
		return m.makeBackup(ctx, v, key)
	case unreachable(err):
		return fmt.Errorf("look for the key backup: %w", err)
	case err != nil:
		m.log.WarnContext(ctx, "the key backup cannot be used: the homeserver does not say whether there is one", "error", err)
		return nil
	case key == nil || latest.Algorithm != id.KeyBackupAlgorithmMegolmBackupV1 || latest.AuthData.PublicKey != publicBackupKey(key):
		m.log.WarnContext(ctx, "the account has a key backup to which the key is not here: the bot does not use it (give the recovery key of the account, or verify this device from another one of the account)")
		return nil
	}
	return m.useBackup(ctx, key, latest.Version, fresh)
}

// useBackup has the bot use a key backup, after it has taken what is in it where its key is fresh:
// what it uploads must not be less than that.
func (m *Machine) useBackup(ctx context.Context, key *keybackup.MegolmBackupKey, version id.KeyBackupVersion, fresh bool) error {
	if fresh {
		n, err := m.restore(ctx, key, version)
		switch {
		case unreachable(err):
			return fmt.Errorf("restore the key backup: %w", err)
		case err != nil:
			m.log.WarnContext(ctx, "the key backup could not be restored", "error", err)
		default:
			m.log.InfoContext(ctx, "key backup restored", "sessions", n)
		}
		// Not before: a start that was interrupted is to restore it once more.
		if err := m.putSecret(ctx, id.SecretMegolmBackupV1, key.Bytes()); err != nil {
			return err
		}
	}
	m.backup.use(key, version)
	ctx, unlock := m.lockIdentity(ctx)
	defer unlock()
	return m.mach.SetKeyBackupVersion(ctx, version)
}

// unreachable says whether there was no answer of a homeserver, or of one in a bad way.
func unreachable(err error) bool {
	answer, ok := errors.AsType[mautrix.HTTPError](err)
	return ok && (answer.Response == nil || answer.Response.StatusCode >= http.StatusInternalServerError || answer.Response.StatusCode == http.StatusTooManyRequests)
}

func publicBackupKey(key *keybackup.MegolmBackupKey) id.Ed25519 {
	return id.Ed25519(base64.RawStdEncoding.EncodeToString(key.PublicKey().Bytes()))
}

// backupKey returns the private key of the backup from the store or the secret storage, or nil.
// fresh says that the store had not got it.
func (m *Machine) backupKey(ctx context.Context, v *vault) (key *keybackup.MegolmBackupKey, fresh bool, err error) {
	raw, err := m.storedSecret(ctx, id.SecretMegolmBackupV1)
	if err != nil {
		return nil, false, err
	}
	if v != nil {
		kept, err := v.get(ctx, id.SecretMegolmBackupV1)
		if err != nil {
			return nil, false, err
		}
		if kept != nil && string(kept) != string(raw) {
			raw, fresh = kept, true
		}
	}
	if raw == nil {
		return nil, false, nil
	}
	key, err = keybackup.MegolmBackupKeyFromBytes(raw)
	return key, fresh, err
}

// makeBackup makes a key backup where the account has none, if its key can be kept in the
// secret storage and its owner's identity can sign it.
func (m *Machine) makeBackup(ctx context.Context, v *vault, key *keybackup.MegolmBackupKey) (err error) {
	if v == nil || m.mach.CrossSigningKeys == nil {
		return nil
	}
	if key == nil {
		if key, err = keybackup.NewMegolmBackupKey(); err != nil {
			return err
		}
	}
	if err := v.put(ctx, id.SecretMegolmBackupV1, key.Bytes()); err != nil {
		return err
	}
	if err := m.putSecret(ctx, id.SecretMegolmBackupV1, key.Bytes()); err != nil {
		return err
	}
	auth := keybackup.MegolmAuthData{PublicKey: publicBackupKey(key)}
	// Clients trust a backup that the identity has signed, and some fail at one without
	// signatures.
	master := m.mach.CrossSigningKeys.MasterKey
	signature, err := master.SignJSON(map[string]any{"public_key": auth.PublicKey})
	if err != nil {
		return err
	}
	auth.Signatures = signatures.NewSingleSignature(m.client.UserID, id.KeyAlgorithmEd25519, master.PublicKey().String(), signature)
	made, err := m.client.CreateKeyBackupVersion(ctx, &mautrix.ReqRoomKeysVersionCreate[keybackup.MegolmAuthData]{
		Algorithm: id.KeyBackupAlgorithmMegolmBackupV1, AuthData: auth,
	})
	if err != nil {
		m.log.WarnContext(ctx, "no key backup could be made", "error", err)
		return nil
	}
	m.backup.use(key, made.Version)
	m.log.InfoContext(ctx, "key backup made", "version", made.Version)
	return m.mach.SetKeyBackupVersion(ctx, made.Version)
}

// RestoreBackup takes the keys in the key backup into the store and returns how many there
// were. Messages decrypted with them are [TrustUnknown]. Start does it by itself where the store
// is new to the backup.
func (m *Machine) RestoreBackup(ctx context.Context) (int, error) {
	if err := m.started(); err != nil {
		return 0, fmt.Errorf("e2ee: restore backup: %w", err)
	}
	m.backup.mu.Lock()
	key, version := m.backup.key, m.backup.version
	m.backup.mu.Unlock()
	if key == nil {
		return 0, errors.New("e2ee: restore backup: there is no key backup that the bot can open")
	}
	n, err := m.restore(ctx, key, version)
	if err != nil {
		return n, fmt.Errorf("e2ee: restore backup: %w", err)
	}
	return n, nil
}

// restoring marks the context in which keys come from the backup: as many as there are.
type restoring struct{}

func (m *Machine) restore(ctx context.Context, key *keybackup.MegolmBackupKey, version id.KeyBackupVersion) (restored int, err error) {
	kept, err := m.client.GetKeyBackup(ctx, version)
	if err != nil {
		return 0, err
	}
	ctx = context.WithValue(ctx, restoring{}, true)
	for room, sessions := range kept.Rooms {
		for session, data := range sessions.Sessions {
			err := errors.New("it is damaged")
			m.recovered("key backup", func() {
				var opened *keybackup.MegolmSessionData
				if opened, err = data.SessionData.Decrypt(key); err == nil {
					_, err = m.mach.ImportRoomKeyFromBackup(ctx, version, room, session, opened)
				}
			})
			if err != nil {
				m.log.DebugContext(ctx, "a key in the backup is of no use", "error", err, "room_id", room)
				continue
			}
			m.backup.remove(roomSession{room, session})
			restored++
		}
	}
	return restored, nil
}

const (
	// backupPause is how long uploads wait for company.
	backupPause = 5 * time.Second

	// backupRetry is how long they wait after a failure.
	backupRetry = time.Minute

	// backupBatch is how many sessions one upload has.
	backupBatch = 100
)

// runBackup uploads the sessions that are not in the backup, and new ones as they come. Without a
// backup it waits for one: the key may come from another device of the account.
func (m *Machine) runBackup(ctx context.Context) {
	for ctx.Err() == nil {
		m.backup.mu.Lock()
		key, version := m.backup.key, m.backup.version
		m.backup.mu.Unlock()
		if key != nil {
			m.keepBackup(ctx, key, version)
			continue
		}
		select {
		case <-ctx.Done():
		case <-m.backup.wake:
		}
	}
}

// keepBackup uploads to one version of the backup until that is gone or ctx ends.
func (m *Machine) keepBackup(ctx context.Context, key *keybackup.MegolmBackupKey, version id.KeyBackupVersion) {
	rows := m.store.GetGroupSessionsWithoutKeyBackupVersion(ctx, version)
	err := rows.Iter(func(session *crypto.InboundGroupSession) (bool, error) {
		m.backup.add(session.RoomID, session.ID())
		return true, nil
	})
	if err != nil {
		m.log.WarnContext(ctx, "sessions for the key backup could not be read", "error", err)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.backup.wake:
		}
		pause := backupPause
		for err := errNotYet; err != nil; {
			select {
			case <-ctx.Done():
				return
			case <-time.After(pause):
			}
			if err = m.uploadPending(ctx, key, version); errors.Is(err, mautrix.MNotFound) || errors.Is(err, mautrix.MWrongRoomKeysVersion) {
				m.log.WarnContext(ctx, "the key backup was deleted or replaced: the bot uses it no more until it starts, or is verified by another device of the account, again")
				m.backup.use(nil, "")
				return
			} else if err != nil && ctx.Err() == nil {
				m.log.WarnContext(ctx, "keys could not be backed up: they are backed up later", "error", err)
			}
			pause = backupRetry
		}
	}
}

var errNotYet = errors.New("nothing has been uploaded")

func (m *Machine) uploadPending(ctx context.Context, key *keybackup.MegolmBackupKey, version id.KeyBackupVersion) error {
	for {
		batch := m.backup.take()
		if len(batch) == 0 {
			return nil
		}
		err := m.upload(ctx, key, version, batch)
		for _, at := range batch {
			if err == nil {
				err = m.markBackedUp(ctx, at, version)
			}
		}
		if err != nil {
			for _, at := range batch {
				m.backup.add(at.room, at.session)
			}
			return err
		}
	}
}

// take removes sessions from those that are pending. A better key for one that comes from now
// on makes it pending again.
func (b *backup) take() (batch []roomSession) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for at := range b.pending {
		delete(b.pending, at)
		if batch = append(batch, at); len(batch) == backupBatch {
			break
		}
	}
	return batch
}

// remove forgets that a session is pending.
func (b *backup) remove(at roomSession) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.pending, at)
}

func (m *Machine) upload(ctx context.Context, key *keybackup.MegolmBackupKey, version id.KeyBackupVersion, batch []roomSession) error {
	req := mautrix.ReqKeyBackup{Rooms: map[id.RoomID]mautrix.ReqRoomKeyBackup{}}
	for _, at := range batch {
		session, err := m.store.GetGroupSession(ctx, at.room, at.session)
		switch {
		case errors.Is(err, crypto.ErrGroupSessionWithheld), err == nil && session == nil: // removed meanwhile
			continue
		case err != nil:
			return err
		}
		data, err := sealSession(key, session)
		if err != nil {
			m.log.WarnContext(ctx, "a key cannot be backed up", "error", err, "room_id", at.room)
			continue
		}
		if req.Rooms[at.room].Sessions == nil {
			req.Rooms[at.room] = mautrix.ReqRoomKeyBackup{Sessions: map[id.SessionID]mautrix.ReqKeyBackupData{}}
		}
		req.Rooms[at.room].Sessions[at.session] = *data
	}
	if len(req.Rooms) == 0 {
		return nil
	}
	_, err := m.client.PutKeysInBackup(ctx, version, &req)
	return err
}

// sealSession encrypts a session for the backup, in the form that other clients restore.
func sealSession(key *keybackup.MegolmBackupKey, session *crypto.InboundGroupSession) (*mautrix.ReqKeyBackupData, error) {
	first := session.Internal.FirstKnownIndex()
	exported, err := session.Internal.Export(first)
	if err != nil {
		return nil, err
	}
	sealed, err := keybackup.EncryptSessionData(key, keybackup.MegolmSessionData{
		Algorithm: id.AlgorithmMegolmV1, ForwardingKeyChain: append([]string{}, session.ForwardingChains...),
		SenderClaimedKeys: keybackup.SenderClaimedKeys{Ed25519: session.SigningKey}, SenderKey: session.SenderKey,
		SessionKey: string(exported), SharedHistory: session.SharedHistory,
	})
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(sealed)
	if err != nil {
		return nil, err
	}
	return &mautrix.ReqKeyBackupData{
		FirstMessageIndex: int(first), ForwardedCount: len(session.ForwardingChains), IsVerified: true, SessionData: raw,
	}, nil
}

// markBackedUp notes that a session is in the backup.
func (m *Machine) markBackedUp(ctx context.Context, at roomSession, version id.KeyBackupVersion) error {
	if marker, ok := m.store.Store.(interface {
		SetKeyBackupVersion(ctx context.Context, room id.RoomID, session id.SessionID, version id.KeyBackupVersion) error
	}); ok {
		return marker.SetKeyBackupVersion(ctx, at.room, at.session, version)
	}
	return m.store.lockMegolm(ctx, at.session, false, func(ctx context.Context) error {
		session, err := m.store.GetGroupSession(ctx, at.room, at.session)
		if errors.Is(err, crypto.ErrGroupSessionWithheld) || err == nil && session == nil {
			return nil // removed meanwhile
		}
		if err != nil {
			return err
		}
		session.KeyBackupVersion = version
		return m.store.PutGroupSession(ctx, session)
	})
}
