package semaphoretest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// fire is a web request to an alias. It starts a task for every integration whose matchers all agree, and does not say
// which, nor whether there was any. An alias that does not exist answers 200.
func fire(s *Server, c *call) answer {
	found := false
	for _, p := range s.projects {
		for _, a := range p.aliases {
			if a.name != c.vars["alias"] {
				continue
			}
			found = true
			for _, v := range p.integrations {
				if v.ID == a.integrationID || a.integrationID == 0 && v.Searchable {
					s.trigger(p, v, c)
				}
			}
		}
	}
	if !found {
		return status200()
	}
	return noContent()
}

func (s *Server) trigger(p *project, v *integration, c *call) {
	if !genuine(p, v, c) {
		return
	}
	matched := false
	for _, m := range p.matchers {
		if m.IntegrationID == v.ID {
			if matched = m.matches(c); !matched {
				return
			}
		}
	}
	tpl := find(p.templates, v.TemplateID)
	if !matched || tpl == nil {
		return
	}
	variables := map[string]string{}
	for _, x := range p.values {
		if x.IntegrationID == v.ID {
			variables[x.Variable] = x.take(c)
		}
	}
	text, _ := json.Marshal(variables) // strings always work
	row := taskRow{TemplateID: tpl.ID, IntegrationID: &v.ID}
	row.takeParams(v.TaskParams)
	row.Environment = string(text)
	s.create(p, tpl, row, nil)
}

// genuine checks the token or the signature that the integration asks for.
func genuine(p *project, v *integration, c *call) bool {
	secret := ""
	if v.AuthSecretID != nil {
		if k := find(p.keys, *v.AuthSecretID); k != nil {
			secret = k.secret
		}
	}
	sign := func() string {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(c.body)
		return hex.EncodeToString(mac.Sum(nil))
	}
	switch v.AuthMethod {
	case "":
		return true
	case "token":
		return c.r.Header.Get(v.AuthHeader) == secret
	case "hmac":
		return hmac.Equal([]byte(c.r.Header.Get(v.AuthHeader)), []byte(sign()))
	case "github":
		return hmac.Equal([]byte(c.r.Header.Get("X-Hub-Signature-256")), []byte("sha256="+sign()))
	}
	return false
}

func (v *matcher) matches(c *call) bool {
	got := ""
	switch {
	case v.MatchType == "header":
		got = c.r.Header.Get(v.Key)
	case v.MatchType == "body" && v.BodyDataType == "json":
		got = lookUp(c.body, v.Key)
	case v.MatchType == "body" && v.BodyDataType == "string":
		got = string(c.body)
	default:
		return false
	}
	switch v.Method {
	case "equals":
		return got == v.Value
	case "unequals":
		return got != v.Value
	case "contains":
		return strings.Contains(got, v.Value)
	}
	return false
}

func (v *extractValue) take(c *call) string {
	switch {
	case v.ValueSource == "header":
		return c.r.Header.Get(v.Key)
	case v.BodyDataType == "json":
		return lookUp(c.body, v.Key)
	}
	return string(c.body)
}

// lookUp finds a value in JSON by names with dots between them, and "[1]" for the second element of an array.
func lookUp(body []byte, path string) string {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return fmt.Sprint(nil)
	}
	for name := range strings.SplitSeq(path, ".") {
		switch inner := v.(type) {
		case map[string]any:
			v = inner[name]
		case []any:
			i, err := strconv.Atoi(strings.Trim(name, "[]"))
			if err != nil || i < 0 || i >= len(inner) {
				return fmt.Sprint(nil)
			}
			v = inner[i]
		default:
			return fmt.Sprint(nil)
		}
	}
	if n, isNumber := v.(float64); isNumber && n == float64(int64(n)) {
		return strconv.FormatInt(int64(n), 10)
	}
	return fmt.Sprint(v)
}
