package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"time"
)

// A bot that runs has its stores for itself. So it hands out the archive, on a
// socket in its folder that nobody but its own user can open.

// listenControl opens the socket. The caller holds the store, so what is there
// already was left behind by a bot that is gone.
func listenControl(ctx context.Context, path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, privateFile); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// controlHandler answers on the socket.
func controlHandler(folder string, parts func() []part, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /backup", func(w http.ResponseWriter, r *http.Request) {
		if err := writeArchive(r.Context(), w, folder, parts()); err != nil {
			log.LogAttrs(r.Context(), slog.LevelError, "a backup failed", slog.Any("error", err))
			panic(http.ErrAbortHandler) // The other side must not take what it got for the whole.
		}
		log.LogAttrs(r.Context(), slog.LevelInfo, "a backup was made")
	})
	return mux
}

// askForArchive copies the archive of the bot that listens on the socket to w;
// running is false where none does.
func askForArchive(ctx context.Context, path string, w io.Writer) (running bool, err error) {
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://deploybot/backup", nil)
	if err != nil {
		return false, err
	}
	response, err := (&http.Client{Transport: transport}).Do(request)
	// There is none, nobody is behind it, or there cannot be one by a name as long as this.
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.EINVAL) {
		return false, nil
	}
	if err != nil {
		if of, ok := errors.AsType[*url.Error](err); ok {
			err = of.Err // The address is none that anybody knows.
		}
		return true, fmt.Errorf("the bot that runs gave no backup, see its log: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return true, fmt.Errorf("ask the bot that runs: it answers %s", response.Status)
	}
	if _, err := io.Copy(w, response.Body); err != nil {
		return true, fmt.Errorf("the bot that runs did not finish the backup, see its log: %w", err)
	}
	return true, nil
}

// newServer is an HTTP server that nobody can hold up.
func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	const (
		slowest = 10 * time.Second
		longest = 10 * time.Minute // A backup of a large store.
	)
	return &http.Server{
		Handler: handler, ReadTimeout: slowest, WriteTimeout: longest, IdleTimeout: slowest, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
