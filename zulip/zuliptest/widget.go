package zuliptest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	bulletPattern = regexp.MustCompile(`^\s*[-*]?\s*`)
	firstWord     = regexp.MustCompile(`^\S*`)
)

// widgetOf reads "/poll" and "/todo" at the start of a content; nil is neither.
func widgetOf(content string) map[string]any {
	word := firstWord.FindString(content)
	lines := strings.Split(strings.TrimPrefix(content, word), "\n")
	title := strings.TrimSpace(lines[0])
	switch word {
	case "/poll":
		return map[string]any{"widget_type": "poll", "extra_data": map[string]any{"question": title, "options": items(lines[1:])}}
	case "/todo":
		tasks := []any{}
		for _, item := range items(lines[1:]) {
			task, desc, _ := strings.Cut(item, ": ")
			tasks = append(tasks, map[string]any{"task": strings.TrimSpace(task), "desc": strings.TrimSpace(desc)})
		}
		return map[string]any{"widget_type": "todo", "extra_data": map[string]any{"task_list_title": title, "tasks": tasks}}
	}
	return nil
}

// items are the lines that say something, without the sign of a list.
func items(lines []string) []string {
	list := []string{}
	for _, line := range lines {
		if item := bulletPattern.ReplaceAllString(strings.TrimSpace(line), ""); item != "" {
			list = append(list, item)
		}
	}
	return list
}

// checkWidgetContent refuses, as Zulip does, a widget_content that is no zform of choices. It returns it as compact JSON.
func checkWidgetContent(text string) (json.RawMessage, *answer) {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return nil, refuse("Widgets: API programmer sent invalid JSON content")
	}
	if err := zformProblem(v); err != "" {
		return nil, refuse("Widgets: " + err)
	}
	return encode(v), nil
}

// zformProblem says what is wrong with a widget; empty is nothing.
func zformProblem(v any) string {
	w, isObject := v.(map[string]any)
	if !isObject {
		return "widget_content is not a dict"
	}
	for _, key := range []string{"widget_type", "extra_data"} {
		if _, has := w[key]; !has {
			return key + " is not in widget_content"
		}
	}
	extra, isObject := w["extra_data"].(map[string]any)
	switch {
	case !isObject:
		return "extra_data is not a dict"
	case w["widget_type"] != "zform":
		return fmt.Sprintf("unknown widget type: %v", w["widget_type"])
	case extra["type"] == nil:
		return "zform is missing type field"
	case extra["type"] != "choices":
		return fmt.Sprintf("unknown zform type: %v", extra["type"])
	}
	if err := textProblem("extra_data", extra, "heading"); err != "" {
		return err
	}
	choices, has := extra["choices"]
	if !has {
		return "choices key is missing from extra_data"
	}
	list, isList := choices.([]any)
	if !isList {
		return `extra_data["choices"] is not a list`
	}
	for i, x := range list {
		name := fmt.Sprintf(`extra_data["choices"][%d]`, i)
		choice, isObject := x.(map[string]any)
		if !isObject {
			return name + " is not a dict"
		}
		if err := textProblem(name, choice, "short_name", "long_name", "reply"); err != "" {
			return err
		}
	}
	return ""
}

// textProblem says which of the keys is missing or no string.
func textProblem(name string, o map[string]any, keys ...string) string {
	for _, key := range keys {
		v, has := o[key]
		if !has {
			return key + " key is missing from " + name
		}
		if _, isText := v.(string); !isText {
			return fmt.Sprintf("%s[%q] is not a string", name, key)
		}
	}
	return ""
}

// maxIndex is the largest number that a client may give to an option or task of its own.
const maxIndex = 1000

// checkWidgetData refuses an entry that does not fit its poll or list; other widgets take any.
func checkWidgetData(widget string, content []byte, author bool) *answer {
	if widget != "poll" && widget != "todo" {
		return nil
	}
	name := widget + " data"
	var o map[string]any
	if json.Unmarshal(content, &o) != nil || o == nil {
		return refuse(name + " is not a dict")
	}
	if err := textProblem(name, o, "type"); err != "" {
		return refuse(err)
	}
	var problem string
	switch kind := o["type"]; {
	case widget == "poll" && kind == "vote":
		problem = entryProblem(name, o, "key:text", "vote:vote")
	case widget == "poll" && kind == "question" && !author:
		problem = "You can't edit a question unless you are the author."
	case widget == "poll" && kind == "question":
		problem = entryProblem(name, o, "question:text")
	case widget == "poll" && kind == "new_option":
		problem = entryProblem(name, o, "option:text", "idx:index")
	case widget == "todo" && kind == "new_task":
		problem = entryProblem(name, o, "key:index", "task:text", "desc:text", "completed:bool")
	case widget == "todo" && kind == "strike":
		problem = entryProblem(name, o, "key:text")
	case widget == "todo" && kind == "new_task_list_title" && !author:
		problem = "You can't edit the task list title unless you are the author."
	case widget == "todo" && kind == "new_task_list_title":
		problem = entryProblem(name, o, "title:text")
	default:
		problem = fmt.Sprintf("Unknown type for %s: %v", name, kind)
	}
	if problem != "" {
		return refuse(problem)
	}
	return nil
}

// entryProblem holds an entry against its fields, each "key:kind"; there may be no others besides "type".
func entryProblem(name string, o map[string]any, fields ...string) string {
	known := []string{"type"}
	for _, field := range fields {
		key, kind, _ := strings.Cut(field, ":")
		known = append(known, key)
		v, has := o[key]
		if !has {
			return key + " key is missing from " + name
		}
		if err := valueProblem(kind, v); err != "" {
			return strings.ReplaceAll(err, "{}", fmt.Sprintf("%s[%q]", name, key))
		}
	}
	var more []string
	for key := range o {
		if !slices.Contains(known, key) {
			more = append(more, key)
		}
	}
	if len(more) > 0 {
		slices.Sort(more)
		return "Unexpected arguments: " + strings.Join(more, ", ")
	}
	return ""
}

// valueProblem says what is wrong with a value, which stands as {} in the sentence.
func valueProblem(kind string, v any) string {
	number, isNumber := v.(float64)
	whole := isNumber && number == float64(int(number))
	_, isText := v.(string)
	_, isBool := v.(bool)
	switch {
	case kind == "text" && !isText:
		return "{} is not a string"
	case kind == "bool" && !isBool:
		return "{} is not a boolean"
	case (kind == "vote" || kind == "index") && !whole:
		return "{} is not an integer"
	case kind == "vote" && number != 1 && number != -1:
		return "Invalid {}"
	case kind == "index" && number < 0:
		return "{} is too small"
	case kind == "index" && number > maxIndex:
		return "{} is too large"
	}
	return ""
}
