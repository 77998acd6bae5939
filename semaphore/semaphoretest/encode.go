package semaphoretest

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

// A codec writes JSON as one generation on one database does. It goes by the json tags of fields, whose options it does
// not need, and by their gen tags: "210" and "216" are fields that only this generation has, and "omit" are those
// that Gen216 leaves out when they are empty.
type codec struct {
	gen       Generation
	precision time.Duration // of times
}

// The precision with which databases keep times.
func (d Database) precision() time.Duration {
	switch d {
	case Bolt:
		return time.Nanosecond
	case MySQL:
		return time.Second
	default:
		return time.Microsecond
	}
}

// encode writes a value and a line break, as the server does, with everything that HTML could misunderstand escaped.
func (c codec) encode(v any) []byte {
	var b bytes.Buffer
	c.write(&b, reflect.ValueOf(v))
	b.WriteByte('\n')
	return b.Bytes()
}

func (c codec) write(b *bytes.Buffer, v reflect.Value) {
	if !v.IsValid() {
		b.WriteString("null")
		return
	}
	if at, ok := reflect.TypeAssert[time.Time](v); ok {
		b.WriteString(`"` + at.Truncate(c.precision).Format(time.RFC3339Nano) + `"`)
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		c.write(b, v.Elem())
	case reflect.Struct:
		b.WriteByte('{')
		c.fields(b, v, true)
		b.WriteByte('}')
	case reflect.Slice:
		if v.IsNil() {
			b.WriteString("null")
			return
		}
		b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				b.WriteByte(',')
			}
			c.write(b, v.Index(i))
		}
		b.WriteByte(']')
	default:
		text, err := json.Marshal(v.Interface())
		if err != nil {
			panic("semaphoretest: " + err.Error()) // only values made in this package get here
		}
		b.Write(text)
	}
}

// fields writes the fields of a struct, and those of embedded ones among them. It reports whether the next is the first.
func (c codec) fields(b *bytes.Buffer, v reflect.Value, first bool) bool {
	for field, value := range v.Fields() {
		if field.Anonymous {
			first = c.fields(b, value, first)
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" || name == "-" || c.leavesOut(field.Tag.Get("gen"), value) {
			continue
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		b.WriteString(`"` + name + `":`)
		c.write(b, value)
	}
	return first
}

func (c codec) leavesOut(tag string, v reflect.Value) bool {
	for option := range strings.SplitSeq(tag, ",") {
		switch {
		case option == "210" && c.gen != Gen210, option == "216" && c.gen != Gen216:
			return true
		case option == "omit" && c.gen == Gen216:
			if v.IsZero() || (v.Kind() == reflect.Slice || v.Kind() == reflect.Map) && v.Len() == 0 {
				return true
			}
		}
	}
	return false
}
