package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"os"
	"time"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// noteTime bounds how long the end of the bot waits for its last line of the audit.
const noteTime = 3 * time.Second

// note writes into the audit what no event of the chat led to: the start, the stop, another policy.
func (b *bot) note(ctx context.Context, command string, decision chatops.Decision, reason string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTime)
	defer cancel()
	if err := b.engine.Note(ctx, chatops.AuditEntry{Command: command, Decision: decision, Reason: reason}); err != nil {
		b.log.LogAttrs(ctx, slog.LevelError, "the audit misses an entry", slog.String("command", command), slog.Any("error", err))
	}
}

// noteStop says why the bot ends.
func (b *bot) noteStop(ctx context.Context, why error) {
	if ctx.Err() != nil {
		b.note(ctx, "stop", chatops.DecisionDone, "it was told to")
		return
	}
	b.note(ctx, "stop", chatops.DecisionFailed, why.Error())
}

// policyName says for the audit which policy is in force.
func (b *bot) policyName() string {
	if b.settings.Policy == "" {
		return "policy of the settings"
	}
	content, err := os.ReadFile(b.settings.Policy)
	if err != nil {
		return "policy file that cannot be read any more"
	}
	sum := sha256.Sum256(content)
	return "policy file with sha256 " + hex.EncodeToString(sum[:])
}
