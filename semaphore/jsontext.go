package semaphore

import (
	"bytes"
	"encoding/json"
)

// The server keeps some JSON inside strings. These types are the values; the strings are made on the way.

// Variables is a JSON object that the server keeps as a string: extra variables, environment variables, answers to a
// survey. Numbers are read as [json.Number]. A string that is no JSON object, which a server may hold, reads as nil.
type Variables map[string]any

// MarshalJSON writes the object as a string.
func (v Variables) MarshalJSON() ([]byte, error) {
	if v == nil {
		return []byte("null"), nil
	}
	return inString(map[string]any(v))
}

// UnmarshalJSON reads a string with an object in it.
func (v *Variables) UnmarshalJSON(data []byte) error {
	*v = nil
	text, err := ofString(data)
	if err != nil || text == "" {
		return err
	}
	var object map[string]any
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	if decoder.Decode(&object) == nil {
		*v = object
	}
	return nil
}

// Arguments are command-line arguments, which the server keeps as a JSON array in a string.
// A string that is no array of strings, which a server may hold, reads as nil.
type Arguments []string

// MarshalJSON writes the array as a string.
func (a Arguments) MarshalJSON() ([]byte, error) {
	if a == nil {
		return []byte("null"), nil
	}
	return inString([]string(a))
}

// UnmarshalJSON reads a string with an array in it.
func (a *Arguments) UnmarshalJSON(data []byte) error {
	*a = nil
	text, err := ofString(data)
	if err != nil || text == "" {
		return err
	}
	var list []string
	if json.Unmarshal([]byte(text), &list) == nil {
		*a = list
	}
	return nil
}

// inString gives a value as JSON, as a JSON string.
func inString(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // the server shows the text to people
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return json.Marshal(string(bytes.TrimSpace(text.Bytes())))
}

// ofString gives the text of a JSON string or null.
func ofString(data []byte) (string, error) {
	var text *string
	if err := json.Unmarshal(data, &text); err != nil || text == nil {
		return "", err
	}
	return *text, nil
}
