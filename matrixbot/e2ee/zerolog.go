package e2ee

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"

	"github.com/rs/zerolog"
)

// unlogged are fields of mautrix's log that can hold what people wrote, or keys.
var unlogged = []string{
	"body", "req_body", "res_body", "content", "raw_content", "ciphertext", "plaintext", "secret", "signature", "commitment",
	"reason", "time", "level", "message",
}

// Zerolog returns a logger for mautrix, such as for the Log field of a client, that writes to
// log. All of it is at debug level, whatever mautrix thinks of it: the bot says itself what an
// operator should know. Bodies and contents are left out. Where log has debug switched off, it
// costs next to nothing.
func Zerolog(log *slog.Logger) zerolog.Logger {
	if log == nil || !log.Enabled(context.Background(), slog.LevelDebug) {
		return zerolog.Nop()
	}
	return zerolog.New(&zerologWriter{log}).Level(zerolog.DebugLevel)
}

type zerologWriter struct {
	log *slog.Logger
}

// Write logs one line of zerolog, a JSON object.
func (w *zerologWriter) Write(line []byte) (int, error) {
	var fields map[string]any
	if err := json.Unmarshal(line, &fields); err != nil {
		return 0, err
	}
	attrs := []slog.Attr{slog.Any("mautrix_level", fields["level"]), slog.Any("mautrix", fields["message"])}
	names := make([]string, 0, len(fields))
	for name := range fields {
		if !slices.Contains(unlogged, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		attrs = append(attrs, slog.Any(name, fields[name]))
	}
	w.log.LogAttrs(context.Background(), slog.LevelDebug, "mautrix", attrs...)
	return len(line), nil
}
