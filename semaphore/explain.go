package semaphore

import (
	"encoding/json"
	"net/http"
	"strings"
)

// explain fills in what an answer that is no success means. The server sends three kinds of bodies with errors:
// nothing, {"error":"…"} and the text "Not Found" for a route that it does not have.
func (r call) explain(e *APIError, html bool, body []byte) {
	var said struct {
		Error string `json:"error"`
		InUse bool   `json:"inUse"`
	}
	if json.Unmarshal(body, &said) == nil {
		e.Message = oneLine(said.Error, 500)
	}
	switch e.Status {
	case http.StatusBadRequest:
		r.explainBadRequest(e, said.InUse)
	case http.StatusUnauthorized:
		e.kinds = append(e.kinds, ErrUnauthorized)
		if strings.HasSuffix(e.Message, "_REQUIRED") { // TOTP_REQUIRED, or another factor
			e.kinds = append(e.kinds, ErrSecondFactor)
			e.Message = "the login waits for the second factor (" + e.Message + "); complete it with VerifyTOTP"
		}
		e.say("the token or session is missing, wrong or expired")
		if r.adminOnly {
			e.kinds = append(e.kinds, ErrForbidden)
			e.Message += ", or its user is no administrator"
		}
	case http.StatusForbidden:
		e.kinds = append(e.kinds, ErrForbidden)
		e.say("the user's role does not allow this")
	case http.StatusNotFound:
		r.explainNotFound(e, html, body)
	case http.StatusConflict:
		e.kinds = append(e.kinds, ErrConflict)
		if r.method == http.MethodDelete {
			e.kinds = append(e.kinds, ErrInUse)
			e.say("it is in use")
		}
		e.say("it exists already")
	case http.StatusTooManyRequests:
		e.kinds = append(e.kinds, ErrRateLimited)
		e.say("something in front of the server asks to wait")
	case http.StatusUnprocessableEntity:
		e.kinds = append(e.kinds, ErrInvalid)
		e.say("the server refused the request")
	default:
		r.explainRest(e, html)
	}
}

func (r call) explainBadRequest(e *APIError, inUse bool) {
	switch {
	case inUse:
		e.kinds = append(e.kinds, ErrInUse)
		e.say("it is in use")
	case r.ofTask && e.Message == "" && r.method == http.MethodDelete:
		e.kinds = append(e.kinds, ErrNotFound, ErrInUse)
		e.say("no such task, or it is waiting or running and must be stopped first")
	case r.ofTask && e.Message == "":
		e.kinds = append(e.kinds, ErrNotFound, ErrInvalid)
		e.say("no such task, or it is in no state for this")
	case e.Message == "" && r.method == http.MethodGet: // servers of 2.10 on SQL databases about a project, to administrators
		e.kinds = append(e.kinds, ErrNotFound, ErrInvalid)
		e.say("no such thing")
	default:
		e.kinds = append(e.kinds, ErrInvalid)
		e.say("the server refused the request without a reason; check the values and that the names are new")
	}
}

func (r call) explainNotFound(e *APIError, html bool, body []byte) {
	noRoute := strings.TrimSpace(string(body)) == "Not Found"
	switch {
	case noRoute && r.since != "":
		e.kinds, e.Since = append(e.kinds, ErrUnsupported), r.since
		e.say("this server does not have it; Semaphore " + r.since + " and later do")
	case noRoute:
		e.kinds = append(e.kinds, ErrUnsupported, ErrWrongURL)
		e.say("the server does not have this call; check the URL and the version of the server")
	case html || !empty(body) && e.Message == "":
		e.kinds = append(e.kinds, ErrWrongURL)
		e.say("what answered is not Semaphore's API; check the URL and its path prefix")
	default:
		e.kinds = append(e.kinds, ErrNotFound)
		e.say("no such thing, or the user is no member of the project")
	}
}

func (r call) explainRest(e *APIError, html bool) {
	switch {
	case e.Status/100 == 2 && html:
		e.kinds = append(e.kinds, ErrWrongURL)
		e.say("the answer is a web page, so that this is not the API; check the URL and its path prefix")
	case e.Status/100 == 3:
		e.kinds = append(e.kinds, ErrWrongURL)
		e.say("the server redirects elsewhere; use the URL to which it redirects a browser")
	case e.Status >= 500:
		e.say("the server failed, and may have done what was asked nevertheless")
	default:
		e.say(strings.ToLower(http.StatusText(e.Status)))
	}
}

// say sets the message where the server gave none.
func (e *APIError) say(message string) {
	if e.Message == "" {
		e.Message = message
	}
}
