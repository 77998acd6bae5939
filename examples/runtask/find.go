package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/signalbox-go/signalbox/semaphore"
)

// findTemplate finds the project and the template that the caller means.
func findTemplate(ctx context.Context, client *semaphore.Client, s settings) (semaphore.Template, error) {
	projects, err := client.Projects(ctx)
	if err != nil {
		return semaphore.Template{}, err
	}
	candidates := make([]candidate, len(projects))
	for i, p := range projects {
		candidates[i] = candidate{int64(p.ID), p.Name}
	}
	i, err := choose("project", s.project, "the server shows no project to this user", candidates)
	if err != nil {
		return semaphore.Template{}, err
	}
	project := projects[i]
	templates, err := client.Templates(ctx, project.ID, semaphore.TemplatesRequest{})
	if err != nil {
		return semaphore.Template{}, err
	}
	candidates = make([]candidate, len(templates))
	for i, t := range templates {
		candidates[i] = candidate{int64(t.ID), t.Name}
	}
	i, err = choose("template", s.template, fmt.Sprintf("project %q has no template", project.Name), candidates)
	if err != nil {
		return semaphore.Template{}, err
	}
	return client.Template(ctx, project.ID, templates[i].ID) // Some servers leave the survey out of lists.
}

// candidate is something that can be named.
type candidate struct {
	id   int64
	name string
}

// choose returns the index of what is wanted: what has the name, or else the
// id, or else the only one there is when nothing is wanted.
func choose(kind, wanted, none string, all []candidate) (int, error) {
	var found []int
	for i, c := range all {
		if c.name == wanted || wanted == "" && len(all) == 1 {
			found = append(found, i)
		}
	}
	if len(found) == 0 {
		for i, c := range all {
			if strconv.FormatInt(c.id, 10) == wanted {
				found = append(found, i)
			}
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		ids := make([]string, len(found))
		for i, at := range found {
			ids[i] = strconv.FormatInt(all[at].id, 10)
		}
		return 0, fmt.Errorf("several %ss are called %q; name one by its id: %s", kind, wanted, strings.Join(ids, ", "))
	case len(all) == 0:
		return 0, fmt.Errorf("%s", none)
	case wanted == "":
		return 0, fmt.Errorf("name a %s: %s", kind, suggest("", all))
	}
	return 0, fmt.Errorf("there is no %s %q; there is %s", kind, wanted, suggest(wanted, all))
}

// maxSuggested bounds a list of names.
const maxSuggested = 8

// suggest lists names, those first that are most alike.
func suggest(wanted string, all []candidate) string {
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.name
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(distance(wanted, a), distance(wanted, b)) })
	if wanted == "" {
		slices.Sort(names)
	}
	if more := len(names) - maxSuggested; more > 0 {
		return fmt.Sprintf("%s and %d more", quoted(names[:maxSuggested]), more)
	}
	return quoted(names)
}

// distance counts the letters to put in, take out or change that make one name
// of another, whatever their case.
func distance(a, b string) int {
	from, to := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, other := range to {
			change := diagonal
			if r != other {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(to)]
}
