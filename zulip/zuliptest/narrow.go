package zuliptest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// A term is one condition of a narrow, ready to be asked.
type term struct {
	operator string
	negated  bool
	history  bool // lets the messages in that the user never got but may read
	personal bool // asks for the user's own flags, so there is no history
	match    func(u *userState, m *messageState) bool
}

// fits reports whether the message satisfies all terms.
func (s *Server) fits(terms []term, u *userState, m *messageState) bool {
	for _, t := range terms {
		if t.match(u, m) == t.negated {
			return false
		}
	}
	return true
}

// wireTerm is a term as clients send it: an object, or a list of operator and operand.
type wireTerm struct {
	Operator string `json:"operator"`
	Operand  any    `json:"operand"`
	Negated  bool   `json:"negated"`
}

func (t *wireTerm) UnmarshalJSON(data []byte) error {
	var pair [2]any
	if json.Unmarshal(data, &pair) == nil {
		t.Operator, _ = pair[0].(string)
		t.Operand = pair[1]
		return nil
	}
	type plain wireTerm
	return json.Unmarshal(data, (*plain)(t))
}

func badNarrow(desc string) *answer {
	a := fail(http.StatusBadRequest, "BAD_NARROW", "Invalid narrow operator: "+desc).with("desc", desc)
	return &a
}

// compileRegister reads the narrow of POST /register: pairs of strings.
func (s *Server) compileRegister(u *userState, pairs [][]string) ([]term, *answer) {
	wire := make([]wireTerm, len(pairs))
	for i, p := range pairs {
		if len(p) != 2 {
			return nil, refuse("Malformed narrow")
		}
		wire[i] = wireTerm{Operator: p[0], Operand: p[1]}
	}
	terms, bad := s.compile(u, wire)
	if bad != nil && bad.code() == "BAD_NARROW" {
		if operator, unknown := strings.CutPrefix(bad.text(), "Invalid narrow operator: unknown operator "); unknown {
			return nil, refuse("Operator " + operator + " not supported.")
		}
	}
	return terms, bad
}

func (s *Server) compile(u *userState, wire []wireTerm) ([]term, *answer) {
	terms := make([]term, 0, len(wire))
	for _, w := range wire {
		t, bad := s.compileTerm(u, w)
		if bad != nil {
			return nil, bad
		}
		t.operator, t.negated = w.Operator, w.Negated
		terms = append(terms, t)
	}
	return terms, nil
}

func (s *Server) compileTerm(u *userState, w wireTerm) (term, *answer) {
	text, _ := w.Operand.(string)
	if s.featureLevel < 250 && strings.HasPrefix(w.Operator, "channel") {
		return term{}, badNarrow("unknown operator " + w.Operator)
	}
	switch w.Operator {
	case "channel", "stream":
		c, bad := s.channelOperand(u, w.Operand)
		return term{
			history: !w.Negated && bad == nil && !c.Private,
			match:   func(_ *userState, m *messageState) bool { return m.channel == c },
		}, bad
	case "channels", "streams":
		if text != "public" && text != "web-public" {
			return term{}, badNarrow("unknown " + w.Operator + " operand " + text)
		}
		return term{history: !w.Negated, match: func(_ *userState, m *messageState) bool {
			return m.channel != nil && !m.channel.Private && (text == "public" || m.channel.webPublic)
		}}, nil
	case "topic", "subject":
		topic := cutTopic(text)
		return term{match: func(_ *userState, m *messageState) bool {
			return m.channel != nil && sameTopic(m.topic, topic)
		}}, nil
	case "dm", "pm-with":
		ids, bad := s.peopleOperand(u, w.Operand)
		return term{match: func(_ *userState, m *messageState) bool {
			return m.channel == nil && slices.Equal(m.to, ids)
		}}, bad
	case "dm-including", "group-pm-with":
		ids, bad := s.peopleOperand(u, w.Operand)
		return term{match: func(_ *userState, m *messageState) bool {
			return m.channel == nil && !slices.ContainsFunc(ids, func(id int) bool { return !slices.Contains(m.to, id) })
		}}, bad
	case "sender", "from":
		id, bad := s.senderOperand(u, w.Operand)
		return term{match: func(_ *userState, m *messageState) bool { return m.sender.ID == id }}, bad
	case "id":
		id, err := strconv.Atoi(operandText(w.Operand))
		if err != nil {
			return term{}, badNarrow("Invalid message ID")
		}
		return term{match: func(_ *userState, m *messageState) bool { return m.id == id }}, nil
	case "is":
		return isTerm(text)
	case "has":
		return hasTerm(text)
	case "search":
		words := strings.Fields(strings.ToLower(text))
		return term{match: func(_ *userState, m *messageState) bool { return hasWords(m, words) }}, nil
	case "near":
		return term{match: func(*userState, *messageState) bool { return true }}, nil
	default:
		return term{}, badNarrow("unknown operator " + w.Operator)
	}
}

func operandText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.Itoa(int(v))
	default:
		return ""
	}
}

func (s *Server) channelOperand(u *userState, v any) (*channelState, *answer) {
	var c *channelState
	if id, isID := v.(float64); isID {
		c = s.channels[int(id)]
	} else {
		c = s.channelByName(operandText(v))
	}
	if c == nil || !s.mayKnow(u, c) {
		return nil, badNarrow("unknown channel " + operandText(v))
	}
	return c, nil
}

// peopleOperand returns the conversation, with the user, that an operand names.
func (s *Server) peopleOperand(u *userState, v any) ([]int, *answer) {
	var list []any
	switch v := v.(type) {
	case string:
		for part := range strings.SplitSeq(v, ",") {
			list = append(list, strings.TrimSpace(part))
		}
	case []any:
		list = v
	case float64:
		list = []any{v}
	}
	ids, bad := s.userIDs(list)
	if bad != nil || len(ids) == 0 {
		return nil, badNarrow("unknown user in " + operandText(v))
	}
	ids = append(ids, u.ID)
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

func (s *Server) senderOperand(u *userState, v any) (int, *answer) {
	if v == "me" {
		return u.ID, nil
	}
	ids, bad := s.userIDs([]any{v})
	if bad != nil {
		return 0, badNarrow("unknown user " + operandText(v))
	}
	return ids[0], nil
}

func isTerm(what string) (term, *answer) {
	flag := func(names ...string) (term, *answer) {
		return term{personal: true, match: func(u *userState, m *messageState) bool {
			return slices.ContainsFunc(names, func(n string) bool { return m.rows[u.ID][n] })
		}}, nil
	}
	switch what {
	case "dm", "private":
		return term{personal: true, match: func(_ *userState, m *messageState) bool { return m.channel == nil }}, nil
	case "starred":
		return flag("starred")
	case "alerted":
		return flag("has_alert_word")
	case "mentioned":
		return flag("mentioned", "stream_wildcard_mentioned", "topic_wildcard_mentioned")
	case "unread":
		return term{personal: true, match: func(u *userState, m *messageState) bool {
			row := m.rows[u.ID]
			return row != nil && !row["read"]
		}}, nil
	case "resolved":
		return term{match: func(_ *userState, m *messageState) bool { return strings.HasPrefix(m.topic, "✔ ") }}, nil
	default:
		return term{}, badNarrow("unknown 'is' operand " + what)
	}
}

func hasTerm(what string) (term, *answer) {
	contains := func(marks ...string) (term, *answer) {
		return term{match: func(_ *userState, m *messageState) bool {
			return slices.ContainsFunc(marks, func(mark string) bool { return strings.Contains(m.content, mark) })
		}}, nil
	}
	switch what {
	case "link":
		return contains("http://", "https://", "](")
	case "attachment", "image":
		return contains("/user_uploads/")
	case "reaction":
		return term{match: func(_ *userState, m *messageState) bool { return len(m.reactions) > 0 }}, nil
	default:
		return term{}, badNarrow("unknown 'has' operand " + what)
	}
}

func hasWords(m *messageState, words []string) bool {
	text := strings.ToLower(m.content + " " + m.topic)
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

// sameTopic compares as Zulip does, without regard to case.
func sameTopic(a, b string) bool { return strings.EqualFold(a, b) }

// visible returns the messages, ascending, that a narrow shows to the user: those he got, and with a narrow to public
// channels their whole history.
func (s *Server) visible(u *userState, terms []term) []*messageState {
	history := slices.ContainsFunc(terms, func(t term) bool { return t.history }) &&
		!slices.ContainsFunc(terms, func(t term) bool { return t.personal })
	var list []*messageState
	for _, m := range s.messages {
		if m.deleted || !s.mayRead(u, m) || !history && m.rows[u.ID] == nil {
			continue
		}
		if s.fits(terms, u, m) {
			list = append(list, m)
		}
	}
	return list
}

// lastSeen is the id of the newest message that the user got.
func (s *Server) lastSeen(u *userState) int {
	for _, m := range slices.Backward(s.messages) {
		if !m.deleted && m.rows[u.ID] != nil {
			return m.id
		}
	}
	return -1
}
