//go:build goolm || libolm

package e2ee

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/secret"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// person is an operator in a test, who sees emojis and decides.
type person struct {
	delay atomic.Int64 // before the decision, as a time.Duration
	no    atomic.Bool  // says that they differ

	seen  chan []Emoji
	ended chan error
}

func newPerson(delay time.Duration) *person {
	p := new(person)
	p.delay.Store(int64(delay))
	return p
}

func (p *person) operate(c *Config) {
	if p.seen == nil { // here, because channels belong to the bubble in which they are made
		p.seen, p.ended = make(chan []Emoji, 10), make(chan error, 10)
	}
	c.Operator = Operator{
		Compare: func(ctx context.Context, _ Verification, emojis []Emoji) bool {
			p.seen <- emojis
			select {
			case <-time.After(time.Duration(p.delay.Load())):
			case <-ctx.Done():
			}
			return !p.no.Load()
		},
		Ended: func(_ context.Context, _ Verification, err error) { p.ended <- err },
	}
}

// bubble runs a test in a bubble, with Ada and a bot that both run.
func bubble(t *testing.T, a, b *person, f func(t *testing.T, srv *matrixtest.Server, room id.RoomID, ada, bot *peer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		srv, room, ada, bot := pair(t, a.operate, b.operate)
		ada.say(room, "hello")
		stopAda, stopBot := ada.run(), bot.run()
		synctest.Wait()
		f(t, srv, room, ada, bot)
		stopAda()
		stopBot()
		require.NoError(t, ada.store.Close())
		require.NoError(t, bot.store.Close())
	})
}

func userTrusted(t *testing.T, p *peer, user id.UserID) bool {
	t.Helper()
	ctx, unlock := p.machine.rlockIdentity(t.Context()) // The machine may be adopting an identity.
	defer unlock()
	trusted, err := p.machine.mach.IsUserTrusted(ctx, user)
	require.NoError(t, err)
	return trusted
}

// Two people compare emojis, in a room and by to-device messages, whoever asks and whoever is
// the first to confirm. Then each trusts the other, also after a restart.
func TestVerify(t *testing.T) {
	t.Parallel()
	for name, order := range map[string][2]time.Duration{
		"together": {0, 0}, "Ada is first": {0, 5 * time.Second}, "the bot is first": {5 * time.Second, 0},
	} {
		for _, inRoom := range []bool{true, false} {
			for _, botAsks := range []bool{true, false} {
				where := map[bool]string{true: "in a room", false: "to the device"}[inRoom]
				who := map[bool]string{true: "the bot asks", false: "Ada asks"}[botAsks]
				t.Run(name+", "+where+", "+who, func(t *testing.T) {
					t.Parallel()
					a, b := newPerson(order[0]), newPerson(order[1])
					bubble(t, a, b, func(t *testing.T, srv *matrixtest.Server, room id.RoomID, ada, bot *peer) {
						asking, asked := ada, bot
						if botAsks {
							asking, asked = bot, ada
						}
						var err error
						if inRoom {
							_, err = asking.machine.VerifyIn(t.Context(), room, asked.client.UserID)
						} else {
							_, err = asking.machine.Verify(t.Context(), asked.client.UserID)
						}
						require.NoError(t, err)
						require.NoError(t, <-a.ended)
						require.NoError(t, <-b.ended)
						assert.Equal(t, <-a.seen, <-b.seen)
						assert.Empty(t, a.seen)
						assert.True(t, userTrusted(t, ada, bot.client.UserID))
						assert.True(t, userTrusted(t, bot, ada.client.UserID))
						assert.Equal(t, TrustVerified, bot.trust())
						assert.Empty(t, ada.said())
						assert.Equal(t, []string{"hello"}, bot.said(), "verifications are no messages")
						for _, evt := range srv.Messages(room) {
							assert.Equal(t, event.EventEncrypted.Type, evt.Type)
						}
					})
				})
			}
		}
	}
}

// Trust by a verification outlasts a restart, and ends with the identity.
func TestVerifiedOutlasts(t *testing.T) {
	t.Parallel()
	a, b := newPerson(0), newPerson(0)
	synctest.Test(t, func(t *testing.T) {
		srv, room, ada, bot := pair(t, a.operate, b.operate)
		stopAda, stopBot := ada.run(), bot.run()
		_, err := bot.machine.Verify(t.Context(), ada.client.UserID)
		require.NoError(t, err)
		require.NoError(t, <-b.ended)
		require.NoError(t, <-a.ended)
		stopAda()
		stopBot()
		bot.restart(b.operate)
		ada.say(room, "one")
		require.Equal(t, []string{"one"}, bot.listen().said())
		assert.Equal(t, TrustVerified, bot.trust())

		keys, err := ada.machine.mach.GenerateCrossSigningKeys()
		require.NoError(t, err)
		ada.machine.config.Password = passwordOf(srv.User("ada"))
		require.NoError(t, ada.machine.mach.PublishCrossSigningKeys(t.Context(), keys, ada.machine.confirmWithPassword))
		require.NoError(t, ada.machine.mach.SignOwnDevice(t.Context(), ada.machine.mach.OwnIdentity()))
		bot.listen()
		assert.Equal(t, TrustUnverified, bot.trust())
		assert.False(t, userTrusted(t, bot, ada.client.UserID))
		require.NoError(t, ada.store.Close())
		require.NoError(t, bot.store.Close())
	})
}

// Different emojis, or no answer within ten minutes, leave no trust on either side.
func TestVerifyCancelled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		person func() *person
		code   string
	}{
		"different": {func() *person { p := newPerson(0); p.no.Store(true); return p }, "m.mismatched_sas"},
		"no answer": {func() *person { return newPerson(time.Hour) }, "m.timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := c.person(), newPerson(0) // the bot confirms, Ada does not
			bubble(t, a, b, func(t *testing.T, _ *matrixtest.Server, room id.RoomID, ada, bot *peer) {
				_, err := ada.machine.VerifyIn(t.Context(), room, bot.client.UserID)
				require.NoError(t, err)
				for _, ended := range []error{<-a.ended, <-b.ended} {
					require.ErrorIs(t, ended, ErrCancelled)
					require.ErrorContains(t, ended, c.code)
				}
				assert.False(t, userTrusted(t, ada, bot.client.UserID))
				assert.False(t, userTrusted(t, bot, ada.client.UserID))
				assert.Equal(t, TrustCrossSigned, bot.trust())

				// And the next one is not in the way of the last one.
				a.no.Store(false)
				a.delay.Store(0)
				_, err = ada.machine.VerifyIn(t.Context(), room, bot.client.UserID)
				require.NoError(t, err)
				require.NoError(t, <-b.ended)
				assert.Equal(t, TrustVerified, bot.trust())
			})
		})
	}
}

// A verification that the other side cancels when the keys are signed already leaves no trust.
func TestVerifyCancelledAtTheEnd(t *testing.T) {
	t.Parallel()
	a, b := newPerson(0), newPerson(time.Second)
	bubble(t, a, b, func(t *testing.T, srv *matrixtest.Server, _ id.RoomID, ada, bot *peer) {
		srv.Fail(matrixtest.Match{Path: "/sendToDevice/m.key.verification.done/*", User: srv.User("ada"), Times: -1}, matrixtest.Fault{Status: 400})
		txn, err := bot.machine.Verify(t.Context(), ada.client.UserID)
		require.NoError(t, err)
		time.Sleep(time.Minute)
		require.Error(t, <-a.ended) // she could not say that she is done, and cancelled
		require.ErrorIs(t, <-b.ended, ErrCancelled)
		_ = txn
		assert.Equal(t, TrustCrossSigned, bot.trust())
		bot.listen()
		require.NoError(t, bot.machine.fetchLists(t.Context(), []id.UserID{ada.client.UserID}))
		assert.Equal(t, TrustCrossSigned, bot.trust(), "although the signature is there")
	})
}

// Without an operator a bot declines; with AutoVerify it needs none, and Accept has its say.
func TestUnattended(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config func(*Config)
		ok     bool
	}{
		"nobody": {func(*Config) {}, false},
		"auto":   {func(c *Config) { c.AutoVerify = true }, true},
		"refused": {func(c *Config) {
			c.AutoVerify, c.Operator.Accept = true, func(context.Context, Verification) bool { return false }
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newPerson(time.Second)
				_, room, ada, bot := pair(t, a.operate, c.config)
				stopAda, stopBot := ada.run(), bot.run()
				_, err := ada.machine.VerifyIn(t.Context(), room, bot.client.UserID)
				require.NoError(t, err)
				err = <-a.ended
				if c.ok {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, ErrCancelled)
				}
				assert.Equal(t, c.ok, userTrusted(t, ada, bot.client.UserID))
				stopAda()
				stopBot()
				require.NoError(t, ada.store.Close())
				require.NoError(t, bot.store.Close())
			})
		})
	}
}

// A device of the bot's account without the private keys, and without the key to the backup, gets them from one that
// has them, once the two have been compared. It reads what was said before, and goes on with the backup.
func TestAdoptIdentity(t *testing.T) {
	t.Parallel()
	a, b := newPerson(0), newPerson(0)
	var key secret.Secret
	synctest.Test(t, func(t *testing.T) {
		srv, room, ada, bot := pair(t, func(c *Config) { a.operate(c); keeper(&key)(c) }, nil)
		stopAda := ada.run()
		bot.say(room, "before")
		time.Sleep(2 * backupPause)
		tablet := newPeer(t, on(srv, srv.User("ada"), "TABLET"), b.operate).listen()
		require.Empty(t, tablet.said())
		unread := encryptedBy(t, bot, srv)
		stopTablet := tablet.run()
		synctest.Wait()
		_, err := tablet.machine.Verify(t.Context(), ada.client.UserID)
		require.NoError(t, err)
		require.NoError(t, <-a.ended)
		require.NoError(t, <-b.ended)
		time.Sleep(time.Minute)
		decrypted, err := tablet.machine.Decrypt(t.Context(), unread)
		require.NoError(t, err)
		assert.Equal(t, TrustUnknown, tablet.machine.Trust(t.Context(), decrypted))
		backedUp := func() (n int) {
			kept, err := ada.client.GetKeyBackup(t.Context(), "1")
			require.NoError(t, err)
			for _, room := range kept.Rooms {
				n += len(room.Sessions)
			}
			return n
		}
		before := backedUp()
		stopAda() // so that it is the tablet that backs up
		bot.listen().say(room, "after")
		time.Sleep(2 * backupPause)
		assert.Equal(t, before+1, backedUp())
		stopTablet()
		tablet.restart(nil)
		status, err := tablet.machine.Status(t.Context())
		require.NoError(t, err)
		assert.True(t, status.CrossSigned)
		assert.True(t, status.CanSign)
		assert.Equal(t, id.KeyBackupVersion("1"), status.Backup)
		for _, p := range []*peer{ada, bot, tablet} {
			require.NoError(t, p.store.Close())
		}
	})
}

// A secret is taken from the device that was verified just now, and only if it is the one that is looked for; not from
// another one that the account's identity has signed, as the homeserver says.
func TestSecretsOfOthers(t *testing.T) {
	t.Parallel()
	var key secret.Secret
	synctest.Test(t, func(t *testing.T) {
		srv, _, ada, bot := pair(t, keeper(&key), nil)
		tablet := newPeer(t, on(srv, srv.User("ada"), "TABLET"), nil).listen()
		to, err := ada.machine.mach.GetOrFetchDevice(t.Context(), ada.client.UserID, "TABLET")
		require.NoError(t, err)
		answered := 0
		answer := func(text string) { // what the tablet asks for
			for _, request := range srv.Requests() {
				var body struct {
					Messages map[id.UserID]map[id.DeviceID]event.SecretRequestEventContent
				}
				if !strings.Contains(request.Path, "m.secret.request") || json.Unmarshal(request.Body, &body) != nil {
					continue
				}
				if asked := body.Messages[ada.client.UserID]["*"]; asked.Action == event.SecretRequestRequest {
					answered++
					require.NoError(t, ada.machine.mach.SendEncryptedToDevice(t.Context(), to, event.ToDeviceSecretSend, event.Content{
						Parsed: &event.SecretSendEventContent{RequestID: asked.RequestID, Secret: text},
					}))
				}
			}
			tablet.listen()
		}
		good, err := ada.machine.store.GetSecret(t.Context(), id.SecretXSMaster)
		require.NoError(t, err)
		ask := func() ([]byte, error) {
			return tablet.machine.askForSecret(t.Context(), id.SecretXSMaster, func(secret []byte) bool { return string(secret) == string(decodeSeed(good)) })
		}
		time.AfterFunc(time.Second, func() { answer(good) })
		_, err = ask()
		require.ErrorIs(t, err, context.DeadlineExceeded, "nobody was verified")
		require.Equal(t, 1, answered)

		tablet.machine.donors.add(ada.machine.mach.GetAccount().SigningKey(), 1)
		all := make(chan struct{})
		time.AfterFunc(time.Second, func() {
			defer close(all)
			answer("nonsense")
			answer(base64.RawStdEncoding.EncodeToString(make([]byte, seedSize)))
			answer(good)
		})
		found, err := ask()
		<-all
		require.NoError(t, err)
		assert.Equal(t, decodeSeed(good), found)
		stored, err := tablet.machine.store.GetSecret(t.Context(), id.SecretXSMaster)
		require.NoError(t, err)
		assert.Empty(t, stored, "not before all is well")
		tablet.machine.donors.add(ada.machine.mach.GetAccount().SigningKey(), -1)
		assert.Empty(t, tablet.machine.donors.keys)
		for _, p := range []*peer{ada, bot, tablet} {
			require.NoError(t, p.store.Close())
		}
	})
}

// What strangers send in the name of a verification is ignored and harms nobody.
func TestHostileVerification(t *testing.T) {
	t.Parallel()
	a, b := newPerson(10*time.Second), newPerson(10*time.Second)
	bubble(t, a, b, func(t *testing.T, _ *matrixtest.Server, _ id.RoomID, ada, bot *peer) {
		txn, err := ada.machine.Verify(t.Context(), bot.client.UserID)
		require.NoError(t, err)
		time.Sleep(5 * time.Second)
		require.Len(t, b.seen, 1, "it is under way")
		for _, from := range []id.UserID{"@eve:matrix.example", ada.client.UserID} {
			for _, raw := range hostile(txn) {
				evt := &event.Event{Sender: from, Type: event.NewEventType(raw[0]), ID: "$claimed", RoomID: "!claimed:x"}
				_ = json.Unmarshal([]byte(raw[1]), &evt.Content) // What cannot be decoded no sync has.
				bot.machine.handleToDevice(t.Context(), evt)
			}
		}
		for _, end := range []string{"cancel", "done"} {
			evt := &event.Event{Sender: "@eve:matrix.example", Type: event.NewEventType("m.key.verification." + end)}
			require.NoError(t, json.Unmarshal([]byte(`{"transaction_id":"`+txn+`","code":"m.user","reason":""}`), &evt.Content))
			bot.machine.handleToDevice(t.Context(), evt)
		}
		for i := range 100 { // requests without end
			evt := &event.Event{Sender: "@eve:matrix.example", Type: event.ToDeviceVerificationRequest, Content: event.Content{Parsed: &event.VerificationRequestEventContent{
				ToDeviceVerificationEvent: event.ToDeviceVerificationEvent{TransactionID: id.VerificationTransactionID(rune('a' + i))},
				FromDevice:                id.DeviceID(rune('a' + i)), Methods: []event.VerificationMethod{"m.sas.v1"}, Timestamp: ums(time.Now()),
			}}}
			bot.machine.handleToDevice(t.Context(), evt)
		}
		time.Sleep(time.Second)
		bot.machine.verify.mu.Lock()
		assert.LessOrEqual(t, len(bot.machine.verify.active), maxVerifications)
		bot.machine.verify.mu.Unlock()
		require.NoError(t, <-a.ended)
		assert.True(t, userTrusted(t, bot, ada.client.UserID))
	})
}

// hostile are types and contents of to-device messages for a transaction.
func hostile(txn string) [][2]string {
	t := `"transaction_id":"` + txn + `"`
	return [][2]string{
		{"m.key.verification.start", `{` + t + `,"from_device":7,"method":"m.sas.v1"}`},
		{"m.key.verification.start", `{` + t + `,"from_device":"OTHER","method":"m.sas.v1"}`},
		{"m.key.verification.ready", `{` + t + `}`},
		{"m.key.verification.ready", `[]`},
		{"m.key.verification.request", `{}`},
		{"m.key.verification.request", `{` + t + `,"from_device":"X","methods":["m.sas.v1"],"timestamp":99999999999999}`},
		{"m.key.verification.nonsense", `{` + t + `}`},
		{"m.key.verification.mac", `{"transaction_id":"unknown","mac":{},"keys":""}`},
		{"m.key.verification.accept", `{"transaction_id":"unknown"}`},
		{"m.key.verification.key", `{"transaction_id":"unknown","key":"AA"}`},
	}
}

// FuzzVerification sends anything in any order to a bot that is in the middle of one.
func FuzzVerification(f *testing.F) {
	for _, seed := range hostile("T") {
		f.Add(seed[0], []byte(seed[1]))
	}
	f.Add("m.key.verification.mac", []byte(`{"transaction_id":"T","mac":{"ed25519:PHONE":"AA"},"keys":"AA"}`))
	f.Add("m.key.verification.key", []byte(`{"transaction_id":"T","key":"AA"}`))
	_, _, ada, bot := pair(f, nil, func(c *Config) { c.AutoVerify = true })
	f.Fuzz(func(t *testing.T, typ string, content []byte) {
		verify := bot.machine.verify
		runs, cancel := context.WithCancel(t.Context())
		verify.begin(runs)
		defer func() { cancel(); verify.end() }()
		ctx, unlock := bot.machine.lockIdentity(t.Context())
		defer unlock()
		request := &event.VerificationRequestEventContent{
			ToDeviceVerificationEvent: event.ToDeviceVerificationEvent{TransactionID: "T"}, FromDevice: "PHONE",
			Methods: []event.VerificationMethod{"m.sas.v1"}, Timestamp: ums(time.Now()),
		}
		verify.handle(ctx, &event.Event{Sender: ada.client.UserID, Type: event.ToDeviceVerificationRequest, Content: event.Content{Parsed: request}})
		require.NoError(t, verify.helper.AcceptVerification(ctx, "T"))
		evt := &event.Event{Sender: ada.client.UserID, Type: event.Type{Type: typ, Class: event.ToDeviceEventType}}
		if json.Unmarshal(content, &evt.Content) == nil && evt.Content.ParseRaw(evt.Type) == nil && evt.Type != event.ToDeviceVerificationRequest {
			verify.handle(ctx, evt) // does not panic
		}
		verify.cancel(ctx, "T", event.VerificationCancelCodeUser, "")
	})
}

// Who has verified the bot is not told to do it because of what was withheld before.
func TestWithheldBeforeTheVerification(t *testing.T) {
	t.Parallel()
	a, b := newPerson(0), newPerson(0)
	synctest.Test(t, func(t *testing.T) {
		told := 0
		srv, room, ada, bot := pair(t,
			func(c *Config) { a.operate(c); c.SendTo = SendToVerified },
			func(c *Config) { b.operate(c); c.Withheld = func(context.Context, Withheld) { told++ } })
		ada.say(room, "one")
		withheld := encryptedBy(t, ada, srv)
		require.Empty(t, bot.listen().said())
		require.Equal(t, 1, told)
		stopAda, stopBot := ada.run(), bot.run()
		_, err := ada.machine.Verify(t.Context(), bot.client.UserID)
		require.NoError(t, err)
		require.NoError(t, <-b.ended)
		require.NoError(t, <-a.ended)
		stopAda()
		stopBot()
		_, err = bot.machine.Decrypt(t.Context(), withheld)
		require.ErrorAs(t, err, new(*WithheldError))
		assert.Equal(t, 1, told)
		ada.say(room, "two")
		require.Equal(t, []string{"two"}, bot.listen().said())
		require.NoError(t, ada.store.Close())
		require.NoError(t, bot.store.Close())
	})
}
