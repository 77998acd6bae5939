package ratelimit_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// BenchmarkPacing sends 1,000 requests through a server that takes 200 a minute, on the fake clock.
// It reports the time against the least possible, and the share of requests answered 429.
func BenchmarkPacing(b *testing.B) {
	for _, atATime := range []int{1, 8} {
		b.Run(fmt.Sprintf("senders=%d", atATime), func(b *testing.B) {
			var took, ideal time.Duration
			var accepted, rejected int
			for b.Loop() {
				// A bubble wants a test of its own.
				testing.RunTests(anyName, []testing.InternalTest{{Name: "pacing", F: func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						s := &server{limit: 200, per: time.Minute, latency: 20 * time.Millisecond}
						took += sendAll(t, newTransport(t, s), 1000, atATime)
						ideal += s.ideal(1000)
						a, r := s.count()
						accepted, rejected = accepted+a, rejected+r
					})
				}}})
			}
			b.ReportMetric(took.Seconds()/ideal.Seconds(), "time/ideal_ratio")
			b.ReportMetric(float64(rejected)/float64(accepted+rejected), "rejected/requests_ratio")
		})
	}
}

func anyName(string, string) (bool, error) { return true, nil }

// BenchmarkKeyedFlood takes for new keys only, at the cap, against the same for one key.
func BenchmarkKeyedFlood(b *testing.B) {
	take := func(maxKeys int, next func(int) int) time.Duration {
		k := newKeyed(b, 1, 5, maxKeys)
		const n = 100_000
		begin := time.Now()
		for i := range n {
			k.Allow(next(i))
		}
		return time.Since(begin) / n
	}
	var flood, one time.Duration
	for b.Loop() {
		flood += take(10_000, func(i int) int { return i })
		one += take(10_000, func(int) int { return 1 })
	}
	b.ReportMetric(float64(flood)/float64(one), "flood/one_key_ratio")
}
