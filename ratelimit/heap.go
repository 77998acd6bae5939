package ratelimit

import "container/heap"

// fullHeap orders buckets by when they are full again.
type fullHeap[K comparable] []*bucket[K]

var _ heap.Interface = (*fullHeap[int])(nil)

func (h *fullHeap[K]) Len() int { return len(*h) }

func (h *fullHeap[K]) Less(i, j int) bool { return (*h)[i].fullAt.Before((*h)[j].fullAt) }

func (h *fullHeap[K]) Swap(i, j int) {
	s := *h
	s[i], s[j] = s[j], s[i]
	s[i].index, s[j].index = i, j
}

// Push appends a bucket; package heap calls it.
func (h *fullHeap[K]) Push(x any) {
	b, _ := x.(*bucket[K])
	b.index = len(*h)
	*h = append(*h, b)
}

// Pop removes the last bucket; package heap calls it.
func (h *fullHeap[K]) Pop() any {
	s := *h
	last := len(s) - 1
	b := s[last]
	s[last] = nil
	*h = s[:last]
	return b
}
