package chatops

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// openKey marks a request that has not come to its end.
func openKey(id string) string { return joinKey("open", id) }

// open says whether the request has not come to its end.
func (r request) open() bool {
	switch r.State {
	case Prompting, Confirming, Approving, Starting:
		return true
	case Started, Cancelled, Expired, Failed:
	}
	return false
}

// expires says whether time ends the request in its state.
func (r request) expires() bool {
	return r.State == Prompting || r.State == Confirming || r.State == Approving
}

func (r request) recordKey() string { return requestKey(r.ID) }

// keep writes the request, and its place among the open ones.
func (c *changes) keep(r request) {
	c.put(requestKey(r.ID), r)
	if r.open() {
		c.put(openKey(r.ID), present{At: r.Asked})
	} else {
		c.remove(openKey(r.ID))
	}
}

// openRequests reads the requests that have not come to their end.
func openRequests(tx Tx) ([]request, error) {
	var ids []string
	prefix := joinKey("open") + "/"
	for record, err := range tx.Scan(prefix, "") {
		if err != nil {
			return nil, err
		}
		ids = append(ids, record.Key[len(prefix):])
	}
	var open []request
	for _, id := range ids {
		r, found, err := load[request](tx, requestKey(id))
		if err != nil {
			return nil, err
		}
		if found {
			open = append(open, r)
		}
	}
	return open, nil
}

// idLetters leaves out what is easily taken for another letter.
const idLetters = "abcdefghjkmnpqrstuvwxyz"

// newRequestID makes the id of a request: short enough to be typed, and not to be guessed before it is shown.
func newRequestID() string {
	var random [5]byte
	_, _ = rand.Read(random[:]) // It never fails.
	for i, b := range random {
		random[i] = idLetters[int(b)%len(idLetters)]
	}
	return string(random[:])
}

// digest is a short name for exactly what is to be run: it changes with every part of it.
func (r request) digest() string {
	data, err := json.Marshal(struct {
		Target    TargetRef `json:"target"`
		Start     start     `json:"start"`
		NotBefore time.Time `json:"not_before,omitzero"`
	}{r.Target, r.Start, r.NotBefore})
	if err != nil {
		panic(err) // The variables are texts and numbers.
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:4])
}

// mark finds the task of the request on Semaphore. Nobody can foresee it.
func (r request) mark() string {
	return r.ID + "-" + digest(r.ID, string(r.Event), r.Asked.UTC().Format(time.RFC3339Nano))[:8]
}

// audited is an entry about the request.
func (r request) audited(d Decision, reason string) AuditEntry {
	entry := AuditEntry{
		Decision: d, Reason: reason, Request: r.ID, Target: auditTarget(r.Target), Task: r.Task, Digest: r.digest(),
	}
	if d == DecisionAsked || d == DecisionStarted {
		entry.Asked = r.summary()
	}
	return entry
}

// auditTarget names a project or template for the audit, as "website/deploy-prod (2/6)".
func auditTarget(t TargetRef) string {
	if t.Template == 0 {
		return fmt.Sprintf("%s (%d)", clean(t.ProjectName, maxName), t.Project)
	}
	return fmt.Sprintf("%s/%s (%d/%d)", clean(t.ProjectName, maxName), clean(t.TemplateName, maxName), t.Project, t.Template)
}
