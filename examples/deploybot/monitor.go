package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// monitor is what the bot tells of itself to this machine.
type monitor struct {
	chat      chatName
	contact   func() time.Time // When the chat last answered; zero for never.
	semaphore func(ctx context.Context) error
	store     chatops.Store

	events, messages, decisions counter

	started time.Time
	now     func() time.Time

	mu     sync.Mutex
	asked  time.Time // When Semaphore was asked,
	answer error     // and what came of it,
	took   time.Duration
}

// longestSilence is how long the chat may say nothing, not even that there is
// nothing to say.
const longestSilence = 3 * time.Minute

// handler answers GET /healthz, /readyz and /metrics.
func (m *monitor) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { report(w, m.healthy()) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { report(w, m.ready(r.Context())) })
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		writeMetrics(w, m.metrics(r.Context()))
	})
	return mux
}

func report(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, err)
		return
	}
	fmt.Fprintln(w, "ok")
}

// healthy says what is wrong that a restart may mend.
func (m *monitor) healthy() error {
	last := m.contact()
	if last.IsZero() {
		last = m.started
	}
	if silence := m.now().Sub(last); silence > longestSilence {
		return fmt.Errorf("%s has not answered for %s", m.chat, silence.Round(time.Second))
	}
	return nil
}

// ready says why a command would not be answered now.
func (m *monitor) ready(ctx context.Context) error {
	err := m.healthy()
	if err == nil && m.contact().IsZero() {
		err = fmt.Errorf("%s has not answered yet", m.chat)
	}
	if _, down := m.askSemaphore(ctx); down != nil {
		err = errors.Join(err, errors.New("semaphore does not answer"))
	}
	return err
}

// askSemaphore finds out whether Semaphore is there, and how fast. It asks at
// most once in ten seconds, whoever asks it.
func (m *monitor) askSemaphore(ctx context.Context) (time.Duration, error) {
	const (
		fresh   = 10 * time.Second
		patient = 5 * time.Second
	)
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if age := now.Sub(m.asked); m.asked.IsZero() || age > fresh || age < 0 {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patient) // The answer is for others too.
		defer cancel()
		m.answer = m.semaphore(ctx)
		m.asked, m.took = now, m.now().Sub(now)
	}
	return m.took, m.answer
}

// metrics are the figures for Prometheus.
func (m *monitor) metrics(ctx context.Context) []metric {
	now := m.now()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	took, down := m.askSemaphore(ctx)
	all := []metric{
		gauge("deploybot_start_time_seconds", "When the program started, in seconds since 1970.", float64(m.started.UnixMilli())/1000),
		gauge("deploybot_healthy", "Whether /healthz answers 200.", truth(m.healthy() == nil)),
		gauge("deploybot_semaphore_up", "Whether Semaphore answers.", truth(down == nil)),
		gauge("deploybot_semaphore_ping_seconds", "How long Semaphore took to answer a ping.", took.Seconds()),
		counted("deploybot_events_total", "Events of the chat by what they are.", "kind", m.events.counts()),
		counted("deploybot_messages_total", "Messages to the chat by what became of them.", "result", m.messages.counts()),
		counted("deploybot_decisions_total", "Decisions, as the audit has them.", "decision", m.decisions.counts()),
		gauge("deploybot_goroutines", "Goroutines.", float64(runtime.NumGoroutine())),
		gauge("deploybot_heap_bytes", "Bytes of memory in use on the heap.", float64(memory.HeapAlloc)),
		gauge("deploybot_memory_bytes", "Bytes of memory taken from the system.", float64(memory.Sys)),
	}
	if last := m.contact(); !last.IsZero() {
		all = append(all, gauge("deploybot_chat_silence_seconds", "How long ago the chat answered.", now.Sub(last).Seconds()))
	}
	for _, each := range []struct{ name, help, prefix string }{
		{"deploybot_waiting_messages", "Messages that wait to be sent.", outboxRecords},
		{"deploybot_followed_tasks", "Tasks that are followed.", trackRecords},
	} {
		if n, err := countRecords(ctx, m.store, each.prefix); err == nil {
			all = append(all, gauge(each.name, each.help, float64(n)))
		}
	}
	return all
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
