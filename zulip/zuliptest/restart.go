package zuliptest

// RestartServer does what an orderly restart of the server does as seen from outside:
// queues live on and those that accept the type get a restart event.
func (s *Server) RestartServer() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.restart()
}

// UpgradeServer restarts the server as one of another feature level, usually a higher one: the event says so,
// operations come and go, answers take the form of that level.
func (s *Server) UpgradeServer(featureLevel int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.featureLevel, s.routes = featureLevel, routes(featureLevel)
	s.restart()
}

func (s *Server) restart() {
	s.generation++
	s.emit("restart", everyone, func(*queue) event {
		e := event{
			"server_generation": s.generation, "zulip_feature_level": s.featureLevel,
			"zulip_version": s.version(), "zulip_merge_base": s.version(),
		}
		if s.featureLevel < 240 {
			e["immediate"] = true
		}
		return e
	})
}

// level is the feature level, for those who do not hold the lock.
func (s *Server) level() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.featureLevel
}
