package matrixtest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A shape says what JSON looks like: the path of each value and its kind, or the value itself where it means the same
// on every server.
type shape map[string]string

// separator is between the parts of a path: keys contain dots.
const separator = "\x1f"

// tellingKeys are those whose values are compared.
var tellingKeys = []string{
	"type", "membership", "msgtype", "body", "errcode", "limited", "join_rule", "rel_type", "key", "algorithm", "name",
	"topic", "history_visibility", "room_version", "displayname", "guest_access", "replacement_room_is", "reason",
	"is_guest", "m.joined_member_count", "m.invited_member_count", "signed_curve25519", "device_id",
	"typing", "presence", "count", "version", "is_direct",
}

var anID = regexp.MustCompile(`^([@!$#]|mxc://).+`)

// shapeOf reads a body. What is no JSON is named by its first bytes.
func shapeOf(body []byte) shape {
	s := shape{}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		s[""] = "not JSON: " + fmt.Sprintf("%.20q", body)
		return s
	}
	s.add("", "", v)
	return s
}

func (s shape) add(path, key string, v any) {
	switch v := v.(type) {
	case map[string]any:
		s[path] = "object"
		if users, isPower := v["users"].(map[string]any); isPower && key == "content" {
			v["users"] = len(users)
		}
		for k, x := range v {
			name := k
			if anID.MatchString(k) {
				name = string(k[0])
			}
			s.add(path+separator+name, k, x)
		}
	case []any:
		s[path] = "list"
		s.addList(path, v)
	case nil:
		s[path] = "null"
	default:
		s[path] = fmt.Sprintf("%T", v)
		if slices.Contains(tellingKeys, key) {
			s[path] = fmt.Sprint(v)
		}
	}
}

// addList numbers events by their type, so that the order of state does not matter; that of a timeline does.
func (s shape) addList(path string, items []any) {
	ordered := strings.HasSuffix(path, "timeline"+separator+"events") || strings.HasSuffix(path, "chunk") ||
		strings.Contains(path, "events_")
	seen := map[string]int{}
	var order []string
	for _, item := range items {
		name := "[]"
		if e, isObject := item.(map[string]any); isObject && e["type"] != nil {
			typ := fmt.Sprint(e["type"])
			if content, isObject := e["content"].(map[string]any); isObject && content["membership"] != nil {
				typ += "/" + fmt.Sprint(content["membership"])
			}
			seen[typ]++
			name = fmt.Sprintf("[%s#%d]", typ, seen[typ])
			order = append(order, typ)
		}
		s.add(path+separator+name, "", item)
	}
	if ordered {
		s[path+separator+"(order)"] = strings.Join(order, " ")
	} else {
		s[path+separator+"(all)"] = strings.Join(sorted(order), " ")
	}
}

func sorted(l []string) []string {
	slices.Sort(l)
	return l
}

// diff lists where two shapes differ, one line each.
func diff(fake, genuine shape) []string {
	keys := maps.Clone(fake)
	maps.Copy(keys, genuine)
	var lines []string
	for k := range keys {
		f, inFake := fake[k]
		r, inReal := genuine[k]
		switch {
		case inFake && inReal && f != r:
			lines = append(lines, fmt.Sprintf("%s: fake %s, real %s", k, f, r))
		case !inFake && has(fake, parentOf(k)): // else the part that holds it is missing, which is said once
			lines = append(lines, fmt.Sprintf("%s: only in the real one: %s", k, r))
		case !inReal && has(genuine, parentOf(k)):
			lines = append(lines, fmt.Sprintf("%s: only in the fake: %s", k, f))
		}
	}
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], separator, ".")
	}
	return sorted(lines)
}

func has(s shape, k string) bool {
	_, found := s[k]
	return found
}

// parentOf is the path of what holds a value. The whole answer is its own.
func parentOf(k string) string {
	i := strings.LastIndex(k, separator)
	return k[:max(i, 0)]
}
