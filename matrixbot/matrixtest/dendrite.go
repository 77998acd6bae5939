package matrixtest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // The registration protocol prescribes it.
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A Homeserver is a real Dendrite, a process of its own on a loopback port. Make one with Dendrite.
type Homeserver struct {
	tb       testing.TB
	binary   string
	folder   string
	addr     string
	cmd      *exec.Cmd
	guard    *exec.Cmd     // ends the server when the test is killed
	ended    chan struct{} // closed when the process has ended
	shutDown func()
}

const (
	dendriteName   = "localhost"
	dendriteSecret = "register"

	startLimit = 30 * time.Second
	startPolls = 5 * time.Millisecond
)

// Dendrite starts a real homeserver with an empty SQLite database and stops it when the test ends. It blocks until
// the server answers, usually for less than half a second; rate limits are off, uploads end at 10 MiB, rooms have
// version 10 unless they ask for another. Do not call it inside a testing/synctest bubble.
//
// The program is the one that the environment variable SIGNALBOX_DENDRITE names, or "dendrite" in PATH. In this
// project's own repository it is built from the version that internal/dendrite pins, once, which takes a minute or
// two, and kept in [os.UserCacheDir]. Where there is none, the test is skipped, or fails if SIGNALBOX_REQUIRE_REAL
// is 1.
func Dendrite(tb testing.TB) *Homeserver {
	tb.Helper()
	binary, err := findDendrite()
	if err != nil {
		if os.Getenv("SIGNALBOX_REQUIRE_REAL") == "1" {
			tb.Fatalf("no Dendrite: %v", err)
		}
		tb.Skipf("no Dendrite: %v", err)
	}
	h := &Homeserver{tb: tb, binary: binary, folder: tb.TempDir()}
	if err := h.configure(); err != nil {
		tb.Fatalf("configure Dendrite: %v", err)
	}
	tb.Cleanup(h.Stop)
	h.Start()
	return h
}

// URL is the address of the homeserver, without a slash at the end. It stays the same over Stop and Start.
func (h *Homeserver) URL() string { return "http://" + h.addr }

// Name is the server name, the part of a user id after the colon.
func (h *Homeserver) Name() string { return dendriteName }

// Start starts the server again after Stop, with the data that it had, and blocks until it answers.
func (h *Homeserver) Start() {
	h.tb.Helper()
	if h.cmd != nil {
		h.tb.Fatal("start Dendrite: it runs already")
	}
	if err := h.start(); err != nil {
		h.Stop()
		h.tb.Fatalf("start Dendrite: %v\n%s", err, h.Log())
	}
}

func (h *Homeserver) start() error {
	log, err := os.OpenFile(filepath.Join(h.folder, "log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	h.shutDown = cancel
	cmd := exec.CommandContext(ctx, h.binary, //nolint:gosec // The tester chose the program.
		"-config", "dendrite.yaml", "-http-bind-address", h.addr, "-https-bind-address", "127.0.0.1:0")
	cmd.Dir, cmd.Stdout, cmd.Stderr = h.folder, log, log
	err = errors.Join(cmd.Start(), log.Close())
	if err != nil {
		return err
	}
	ended := make(chan struct{})
	h.cmd, h.ended = cmd, ended
	go func() {
		defer close(ended)
		_ = cmd.Wait() // it is killed in the end, which is an error
	}()
	h.startGuard(ctx)
	return h.waitReady(ctx, ended)
}

// startGuard starts a shell that kills the server when its standard input ends, which it does when the test is killed.
// Without a shell, a killed test leaves the server behind.
func (h *Homeserver) startGuard(ctx context.Context) {
	guard := exec.CommandContext(ctx, "sh", "-c", //nolint:gosec // The argument is a process id.
		`read -r _; kill -9 "$1"`, "sh", fmt.Sprint(h.cmd.Process.Pid))
	stdin, err := guard.StdinPipe()
	if err != nil || guard.Start() != nil {
		return
	}
	h.guard = guard
	context.AfterFunc(ctx, func() { _ = stdin.Close() })
}

func (h *Homeserver) waitReady(ctx context.Context, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL()+"/_matrix/client/versions", http.NoBody)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-time.After(startPolls):
		case <-ended:
			return errors.New("it ended at once")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Stop kills the server, as when its machine fails, and waits for its end. A second Stop does nothing.
func (h *Homeserver) Stop() {
	if h.cmd == nil {
		return
	}
	if h.guard != nil { // first, so that it cannot meet another process of the same number
		_ = h.guard.Process.Kill()
		_ = h.guard.Wait()
	}
	h.shutDown()
	<-h.ended
	h.cmd, h.guard = nil, nil
}

// Log returns what the server has logged.
func (h *Homeserver) Log() string {
	data, err := os.ReadFile(filepath.Join(h.folder, "log"))
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// configure writes the server's key and configuration and picks a port.
func (h *Homeserver) configure() error {
	ln, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	h.addr = ln.Addr().String()
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed) // never fails
	key := pem.EncodeToMemory(&pem.Block{
		Type: "MATRIX PRIVATE KEY", Headers: map[string]string{"Key-ID": "ed25519:test"}, Bytes: seed,
	})
	return errors.Join(
		ln.Close(),
		os.WriteFile(filepath.Join(h.folder, "key.pem"), key, 0o600),
		os.WriteFile(filepath.Join(h.folder, "dendrite.yaml"), []byte(dendriteConfig), 0o600),
	)
}

// dendriteConfig keeps everything in the folder in which the server runs, and talks to nobody.
const dendriteConfig = `version: 2
global:
  server_name: ` + dendriteName + `
  private_key: key.pem
  disable_federation: true
  report_stats: {enabled: false}
  cache: {max_size_estimated: 64mb, max_age: 1h}
  jetstream: {storage_path: jetstream}
client_api:
  registration_shared_secret: ` + dendriteSecret + `
  rate_limiting: {enabled: false}
federation_api: {database: {connection_string: "file:federation.db"}}
key_server: {database: {connection_string: "file:keys.db"}}
media_api: {database: {connection_string: "file:media.db"}, base_path: media}
mscs: {database: {connection_string: "file:mscs.db"}}
relay_api: {database: {connection_string: "file:relay.db"}}
room_server: {database: {connection_string: "file:rooms.db"}}
sync_api: {database: {connection_string: "file:sync.db"}}
user_api:
  account_database: {connection_string: "file:accounts.db"}
  bcrypt_cost: 4
logging: [{type: std, level: warn}]
`

// Register makes an account and logs it in. The user is a localpart, such as "ada"; the password needs at least eight
// bytes. What the server refuses ends the test.
func (h *Homeserver) Register(user, password string) Session {
	h.tb.Helper()
	session, err := h.register(user, password)
	if err != nil {
		h.tb.Fatalf("register %s: %v", user, err)
	}
	return session
}

// register speaks the protocol for administrators: a nonce, and a code over it that proves the shared secret.
func (h *Homeserver) register(user, password string) (Session, error) {
	var nonce struct {
		Nonce string `json:"nonce"`
	}
	if err := h.call(http.MethodGet, nil, &nonce); err != nil {
		return Session{}, err
	}
	mac := hmac.New(sha1.New, []byte(dendriteSecret))
	_, _ = io.WriteString(mac, strings.Join([]string{nonce.Nonce, user, password, "notadmin"}, "\x00")) // never fails
	var session Session
	err := h.call(http.MethodPost, map[string]any{
		"nonce": nonce.Nonce, "username": user, "password": password, "admin": false,
		"mac": hex.EncodeToString(mac.Sum(nil)),
	}, &session)
	return session, err
}

func (h *Homeserver) call(method string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(h.tb.Context(), method, h.URL()+"/_synapse/admin/v1/register", bytes.NewReader(data))
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answered, err := io.ReadAll(io.LimitReader(resp.Body, maxRecordBody))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", resp.Status, answered)
	}
	return json.Unmarshal(answered, into)
}
