package ratelimit

import (
	"container/heap"
	"errors"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// longestFill bounds how long an empty bucket needs to be full again, and with it how long a key is remembered.
const longestFill = 365 * 24 * time.Hour

// Keyed is a token bucket for each key, such as a user or a room. Make it with [NewKeyed];
// it is safe for concurrent use, holds no goroutine and needs no closing.
//
// A key is forgotten as soon as its bucket is full again, because it then is as good as new.
// So memory holds the keys that were busy of late, and never more than the cap.
type Keyed[K comparable] struct {
	limit   rate.Limit
	burst   int
	maxKeys int

	mu      sync.Mutex
	buckets map[K]*bucket[K]
	byFull  fullHeap[K] // the same buckets, the first to be full first
}

// bucket is what is known of one key.
type bucket[K comparable] struct {
	key     K
	limiter *rate.Limiter
	fullAt  time.Time
	index   int  // in the heap
	refused bool // since the last request that was allowed
}

// Decision is the answer to one request of a key. The zero value is a refusal without notice.
type Decision struct {
	// Allowed says that the request may be done. It took a token.
	Allowed bool
	// First says that this is the key's first refusal since its last allowed request: the one to tell the sender of.
	// A new key refused at the cap is not remembered, so its refusals have no first.
	First bool
	// RetryAfter is how long the key must stay quiet to have a token, 0 if allowed.
	RetryAfter time.Duration
}

// NewKeyed allows each key a burst of requests and then limit per second, for at most maxKeys keys at a time.
//
// At the cap new keys are refused until a bucket of another key is full again: a flood of made-up keys
// must neither grow memory nor push out the keys that are being held back. Choose a cap well above the number of
// keys that may be busy at one time.
//
// It fails where limit, burst or maxKeys are not positive, or where an empty bucket would need over a year to fill.
func NewKeyed[K comparable](limit rate.Limit, burst, maxKeys int) (*Keyed[K], error) {
	switch {
	case burst < 1:
		return nil, errors.New("ratelimit: the burst must be at least 1")
	case maxKeys < 1:
		return nil, errors.New("ratelimit: the cap on keys must be at least 1")
	case !(limit > 0) || limit == rate.Inf || math.IsInf(float64(limit), 0):
		return nil, errors.New("ratelimit: the limit must be a positive number of requests per second; rate.Every makes one of an interval")
	case float64(burst)/float64(limit) > longestFill.Seconds():
		return nil, errors.New("ratelimit: an empty bucket would need over a year to fill; raise the limit or lower the burst")
	}
	return &Keyed[K]{limit: limit, burst: burst, maxKeys: maxKeys, buckets: make(map[K]*bucket[K])}, nil
}

// Allow takes a token of the key and says whether there was one.
func (k *Keyed[K]) Allow(key K) bool { return k.Take(key).Allowed }

// Take takes a token of the key, or says how long there will be none. It does not block, and a refusal costs nothing.
func (k *Keyed[K]) Take(key K) Decision {
	now := time.Now()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.forgetFull(now)
	b := k.buckets[key]
	if b == nil {
		if len(k.buckets) >= k.maxKeys {
			return Decision{RetryAfter: roundUp(k.byFull[0].fullAt.Sub(now).Seconds())}
		}
		b = &bucket[K]{key: key, limiter: rate.NewLimiter(k.limit, k.burst), fullAt: now}
		k.buckets[key] = b
		heap.Push(&k.byFull, b)
	}
	if !b.limiter.AllowN(now, 1) {
		first := !b.refused
		b.refused = true
		return Decision{First: first, RetryAfter: k.fill(1 - b.limiter.TokensAt(now))}
	}
	b.refused = false
	b.fullAt = now.Add(k.fill(float64(k.burst) - b.limiter.TokensAt(now)))
	heap.Fix(&k.byFull, b.index)
	return Decision{Allowed: true}
}

// Len is how many keys are remembered.
func (k *Keyed[K]) Len() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.forgetFull(time.Now())
	return len(k.buckets)
}

// forgetFull drops the keys whose buckets are full again.
func (k *Keyed[K]) forgetFull(now time.Time) {
	for len(k.byFull) > 0 && !k.byFull[0].fullAt.After(now) {
		b, _ := heap.Pop(&k.byFull).(*bucket[K])
		delete(k.buckets, b.key)
	}
}

// fill is how long it takes to fill so many tokens into a bucket.
func (k *Keyed[K]) fill(tokens float64) time.Duration { return roundUp(tokens / float64(k.limit)) }

// roundUp makes whole milliseconds of seconds: fit to be read, and on the safe side of rounding errors.
func roundUp(seconds float64) time.Duration {
	return time.Duration(math.Ceil(seconds*1000)) * time.Millisecond
}
