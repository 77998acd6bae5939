package main

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// search is the look of a roster for all that is named. One that found all does
// not look again before the file has changed.
type search struct {
	*roster

	told  map[string]string // What was last said of a name, lest it be said with each look.
	rules bool              // Projects and templates of the rules are to be looked for.
}

// found is a name and what it means.
type found struct{ what, name, id string }

// look looks for what was not found yet, and says whether nothing is left.
func (s *search) look(ctx context.Context) (all bool) {
	s.mu.Lock()
	file, people, places := s.file, maps.Clone(s.people), maps.Clone(s.places)
	s.mu.Unlock()
	var news []found
	all = true
	note := func(what, name, id string, err error) bool {
		if err != nil {
			all = false
			s.warn(ctx, what, name, err)
			return false
		}
		news = append(news, found{what, name, id})
		return true
	}
	person := func(what, name string) {
		if _, known := people[name]; !known && ctx.Err() == nil {
			if id, err := s.side.person(ctx, name); note(what, name, string(id), err) {
				people[name] = id
			}
		}
	}
	rooms := sync.OnceValues(func() ([]chatops.Room, error) { return s.side.chat.Rooms(ctx) })
	room := func(name string, enter bool) {
		if _, known := places[name]; !known && ctx.Err() == nil {
			if id, err := s.room(ctx, rooms, name, enter); note("room", name, string(id), err) {
				places[name] = id
			}
		}
	}
	for _, name := range s.admins {
		person("administrator", name)
	}
	for _, name := range s.rooms {
		room(name, true)
	}
	for _, name := range roomsOf(file) {
		room(string(name), slices.Contains(file.Rooms, name))
	}
	for _, user := range usersOf(file) {
		person("user", string(user))
	}
	if len(news) > 0 {
		if err := s.change(func() { s.people, s.places = people, places }); err != nil {
			all = false
			s.warn(ctx, "policy", "", err)
			news = nil
		}
	}
	for _, n := range news {
		level := slog.LevelInfo
		if n.what == "user" && n.name == n.id {
			level = slog.LevelDebug // There may be many, and nothing is new.
		}
		s.log.LogAttrs(ctx, level, "what is named was found", slog.String("what", n.what), slog.String("name", n.name), slog.String("id", n.id))
	}
	return s.lookAtTargets(ctx, file) && all
}

// lookAtTargets warns of rules about projects and templates that do not exist.
func (s *search) lookAtTargets(ctx context.Context, file chatops.Policy) (done bool) {
	if !s.rules || len(file.Grants) == 0 {
		return true
	}
	targets, err := s.targets(ctx)
	if err != nil {
		s.warn(ctx, "projects and templates", "", err)
		return false
	}
	s.rules = false
	for _, problem := range problems(file.CheckTargets(targets)) {
		s.log.LogAttrs(ctx, slog.LevelWarn, "a rule of the policy names what does not exist", slog.Any("error", problem))
	}
	return true
}

func (s *search) warn(ctx context.Context, what, name string, err error) {
	if ctx.Err() != nil || s.told[what+name] == err.Error() {
		return
	}
	s.told[what+name] = err.Error()
	s.log.LogAttrs(ctx, slog.LevelWarn, "what is named was not found yet, it is looked for again",
		slog.String("what", what), slog.String("name", name), slog.Any("error", err))
}
