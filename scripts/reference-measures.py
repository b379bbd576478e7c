"""Makes test/fixtures/measures/*.json: fixed inputs, and what scikit-learn, SciPy and statsmodels compute from them.

    python3 -m venv /tmp/reference && /tmp/reference/bin/pip install scikit-learn scipy statsmodels
    /tmp/reference/bin/python scripts/reference-measures.py && npx prettier --write test/fixtures/measures

The tests read the files only, so they need no Python. A figure that does not exist is null. Exit code 77: no packages.
"""

import json
import math
import pathlib
import sys
import warnings

try:
    import numpy as np
    import scipy
    import sklearn
    import statsmodels
    from scipy import special, stats
    from sklearn import calibration, metrics
    from statsmodels.stats.contingency_tables import mcnemar
    from statsmodels.stats.proportion import proportion_confint
except ImportError as error:
    print(f"{error}: nothing was made.", file=sys.stderr)
    sys.exit(77)

FOLDER = pathlib.Path(__file__).parent.parent / "test" / "fixtures" / "measures"
SPECIFICITIES = [0.90, 0.95, 0.99]
# Figures that do not exist are warned about, and come back as NaN.
warnings.filterwarnings("ignore")


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (labels, probabilities) in cases().items():
        write(f"case-{name}", case(labels, probabilities, with_curves=name in ("balanced", "ties")))
    write("wilson", wilson())
    write("mcnemar", mc_nemar())
    write("erfc", [[x, special.erfc(x)] for x in [0, 1e-9, 0.1, 0.5, 1, 1.5, 1.999, 2, 2.001, 3, 5, 10, 20, 26]])
    write("percentile", percentile())
    write("population-stability", population_stability())
    print(f"scikit-learn {sklearn.__version__}, SciPy {scipy.__version__}, statsmodels {statsmodels.__version__}")


def cases():
    """Name -> (labels, probabilities); three classes each."""
    random = np.random.default_rng(1)

    def model(counts, skill, decimals=6):
        labels = np.repeat(range(len(counts)), counts)
        logits = random.normal(size=(len(labels), 3)) + skill * np.eye(3)[labels]
        return labels, rows(special.softmax(logits, axis=1), decimals)

    perfect = np.repeat(range(3), [5, 4, 3])
    labels, probabilities = model([20, 15, 10], 1.5)
    never = probabilities * [1, 1, 0.01]
    certain = np.eye(3)[random.permutation(np.repeat(range(3), [14, 10, 6]))]
    return {
        "balanced": model([20, 20, 20], 1.5),
        "imbalanced": model([70, 16, 4], 2),
        "perfect": (perfect, rows(0.1 + 0.7 * np.eye(3)[perfect], 6)),
        "all-wrong": (perfect, rows(0.1 + 0.7 * np.eye(3)[(perfect + 1) % 3], 6)),
        "ties": model([20, 15, 10], 1, decimals=1),
        "never-predicted": (labels, rows(never / never.sum(axis=1, keepdims=True), 6)),
        "class-without-image": model([18, 12, 0], 1),
        "one-image": (np.array([1]), np.array([[0.2, 0.5, 0.3]])),
        "zero-and-one": (np.repeat(range(3), [14, 10, 6]), certain),
        "all-the-same": (np.repeat(range(3), [4, 3, 3]), np.tile([0.5, 0.25, 0.25], (10, 1))),
    }


def rows(probabilities, decimals):
    """Rounded, so that the file is short; the last column makes each row's sum 1 again, and is never below 0."""
    first = np.floor(probabilities[:, :-1] * 10**decimals + 1e-9) / 10**decimals
    last = np.round(1 - first.sum(axis=1, keepdims=True), decimals)
    return np.hstack([np.round(first, decimals), last])


def case(labels, probabilities, with_curves):
    classes = range(3)
    predicted = probabilities.argmax(axis=1)
    # Any whole numbers: a resample. Every class that has images keeps one.
    weights = np.array([(3 * index + 1) % 4 for index in range(len(labels))])
    precision, recall, f_measure, _ = metrics.precision_recall_fscore_support(
        labels, predicted, labels=classes, zero_division=np.nan
    )
    averaged = [np.nanmean(precision), np.nanmean(recall)]
    return {
        "labels": labels,
        "probabilities": probabilities,
        "weights": weights,
        "expected": {
            "confusion": metrics.confusion_matrix(labels, predicted, labels=classes),
            "shareRight": metrics.accuracy_score(labels, predicted),
            "precision": averaged[0],
            "recall": averaged[1],
            "fMeasure": stats.hmean(averaged),
            "accuracy": np.mean([metrics.accuracy_score(labels == c, predicted == c) for c in classes]),
            "quadraticLoss": np.mean(np.sum((np.eye(3)[labels] - probabilities) ** 2, axis=1)),
            "crossEntropy": metrics.log_loss(labels, probabilities, labels=classes),
            "calibration": calibration_of(labels, probabilities),
            "perClass": [
                {
                    "precision": precision[c],
                    "recall": recall[c],
                    "fMeasure": f_measure[c],
                    "specificity": metrics.recall_score(labels != c, predicted != c, zero_division=np.nan),
                    "accuracy": metrics.accuracy_score(labels == c, predicted == c),
                    **against_the_rest(labels == c, probabilities[:, c], weights, with_curves),
                }
                for c in classes
            ],
        },
    }


def against_the_rest(actual, scores, weights, with_curves):
    found = {
        "rocArea": roc_area(actual, scores, None),
        "weightedRocArea": roc_area(actual, scores, weights),
        "averagePrecision": average_precision(actual, scores, None),
        "weightedAveragePrecision": average_precision(actual, scores, weights),
        "sensitivityAt": [sensitivity_at(actual, scores, specificity) for specificity in SPECIFICITIES],
    }
    if with_curves:
        false_positives, true_positives, _ = metrics.roc_curve(actual, scores, drop_intermediate=False)
        found["rocCurve"] = np.transpose([false_positives, true_positives])
        precision, recall, _ = metrics.precision_recall_curve(actual, scores)
        # From the highest threshold, and without scikit-learn's added point at recall 0, precision 1.
        found["precisionRecallCurve"] = np.transpose([recall, precision])[:-1][::-1]
    return found


def exists(actual, weights, *values):
    counted = actual if weights is None else actual[weights > 0]
    return all((counted == value).any() for value in values)


def roc_area(actual, scores, weights):
    return metrics.roc_auc_score(actual, scores, sample_weight=weights) if exists(actual, weights, True, False) else None


def average_precision(actual, scores, weights):
    if not exists(actual, weights, True):
        return None
    return metrics.average_precision_score(actual, scores, sample_weight=weights)


def sensitivity_at(actual, scores, specificity):
    """Threshold (null: none of the scores) and sensitivity, by trying every score that occurs."""
    if actual.all():
        return {"threshold": None, "sensitivity": None}
    for threshold in sorted(set(scores)):
        if np.mean(scores[~actual] < threshold) >= specificity:
            return {"threshold": threshold, "sensitivity": np.mean(scores[actual] >= threshold) if actual.any() else None}
    return {"threshold": None, "sensitivity": 0 if actual.any() else None}


def calibration_of(labels, probabilities):
    """The bins that hold images, as scikit-learn's calibration_curve forms them, and their expected error."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    images, _ = np.histogram(np.ceil(np.round(confidence * 10, 9)), bins=np.arange(0.5, 11))
    share_right, mean_confidence = calibration.calibration_curve(right, confidence, n_bins=10)
    filled = images[images > 0]
    error = np.sum(filled / len(labels) * np.abs(share_right - mean_confidence))
    return {"images": images, "shareRight": share_right, "confidence": mean_confidence, "expectedError": error}


def wilson():
    counts = [[0, 1], [1, 1], [0, 20], [20, 20], [1, 29], [15, 148], [81, 263], [999, 1000], [1179, 1200]]
    return [{"hits": h, "images": n, "interval": proportion_confint(h, n, method="wilson")} for h, n in counts]


def mc_nemar():
    found = []
    for first, second in [[0, 0], [1, 0], [0, 5], [5, 5], [8, 2], [12, 12], [3, 21], [13, 12], [20, 5], [0, 25], [40, 61]]:
        exact = first + second < 25
        test = mcnemar([[50, first], [second, 9]], exact=exact, correction=True)
        found.append({"first": first, "second": second, "exact": exact, "statistic": test.statistic, "pValue": test.pvalue})
    # statsmodels would correct no difference into one of 1; R's mcnemar.test(matrix(c(50, 20, 20, 9), 2)) gives this.
    found.append({"first": 20, "second": 20, "exact": False, "statistic": 0, "pValue": 1})
    return found


def percentile():
    random = np.random.default_rng(2)
    samples = [np.round(random.beta(8, 3, size=size), 6) for size in (2, 7, 40, 41)]
    return [{"resampled": sample, "low": np.percentile(sample, 2.5), "high": np.percentile(sample, 97.5)} for sample in samples]


def population_stability():
    random = np.random.default_rng(3)
    counts = [
        [[10, 20, 30], [10, 20, 30]],
        [[10, 20, 30], [30, 20, 10]],
        [[100, 0, 50], [0, 75, 80]],
        [[1, 0], [0, 1]],
        [[5], [9]],
        [[4000, 4000, 2000], [40, 40, 20]],
    ]
    values = [
        [random.beta(8, 2, size=60), random.beta(5, 3, size=45)],
        # Three quarters at exactly 1, and beyond the reference's ends.
        [np.concatenate([np.ones(45), random.uniform(size=15)]), np.concatenate([[-1, 2], random.uniform(size=20)])],
    ]
    return {
        "counts": [{"reference": p, "current": q, "index": stability(p, q)} for p, q in counts],
        "values": [binned(np.round(reference, 4), np.round(current, 4)) for reference, current in values],
    }


def binned(reference, current):
    edges = np.unique(np.quantile(reference, np.arange(1, 10) / 10, method="inverted_cdf"))
    edges = edges[edges < reference.max()]
    counts = [np.bincount(np.searchsorted(edges, x), minlength=len(edges) + 1) for x in (reference, current)]
    return {"reference": reference, "current": current, "edges": edges, "counts": counts, "index": stability(*counts)}


def stability(reference, current):
    """Jeffreys' divergence as the sum of both Kullback-Leibler divergences, after half an image was added to each bin."""
    p, q = [(np.array(x) + 0.5) / (np.sum(x) + 0.5 * len(x)) for x in (reference, current)]
    return np.sum(special.rel_entr(p, q) + special.rel_entr(q, p))


def write(name, content):
    (FOLDER / f"{name}.json").write_text(json.dumps(plain(content), allow_nan=False) + "\n")


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


main()
